import { X509Certificate } from 'node:crypto';
import { Server, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsCertificate } from './data-plane.ts';

interface Known {
  readonly leaf: X509Certificate;
  readonly context: SecureContext;
}

/**
 * Options of a TLS server that shows the first certificate made for the name that the client asks for, else the first.
 * @returns `update` takes other certificates for new connections
 */
export function tlsOptions(certificates: readonly TlsCertificate[]): {
  readonly options: {
    readonly SNICallback: (name: string, done: (cause: Error | null, context?: SecureContext) => void) => void;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  update(certificates: readonly TlsCertificate[], server: object): void;
} {
  let given = certificates;
  let known = read(certificates);
  const [first] = certificates;
  return {
    options: {
      SNICallback(name, done) {
        done(null, (known.find(({ leaf }) => leaf.checkHost(name) !== undefined) ?? known[0])?.context);
      },
      cert: first?.certificate,
      key: first?.privateKey,
    },
    update(next, server) {
      const same = next.length === given.length && next.every((each, i) => each.certificate === given[i]?.certificate);
      given = next;
      if (same) return;
      known = read(next);
      const [leading] = next;
      // Clients that name no host get this one.
      if (server instanceof Server) server.setSecureContext({ cert: leading?.certificate, key: leading?.privateKey });
    },
  };
}

function read(certificates: readonly TlsCertificate[]): readonly Known[] {
  return certificates.map(({ certificate, privateKey }) => ({
    leaf: new X509Certificate(certificate),
    context: createSecureContext({ cert: certificate, key: privateKey }),
  }));
}
