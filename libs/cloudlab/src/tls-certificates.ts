import { X509Certificate } from 'node:crypto';
import { Server, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsCertificate } from './data-plane.ts';

interface Known {
  readonly certificate: TlsCertificate;
  readonly leaf: X509Certificate;
  readonly context: SecureContext;
}

/**
 * Options of a TLS server that shows the first certificate made for the name that the client asks for, else the first.
 * Certificates that TLS does not accept are passed over.
 * @returns `update` takes other certificates for new connections; those before stay while none of them is of use
 * @throws Error when none is of use
 */
export function tlsOptions(certificates: readonly TlsCertificate[]): {
  readonly options: {
    readonly SNICallback: (name: string, done: (cause: Error | null, context?: SecureContext) => void) => void;
    readonly cert: string;
    readonly key: string;
  };
  update(certificates: readonly TlsCertificate[], server: object): void;
} {
  let given = certificates;
  let known = read(certificates);
  const first = known[0]?.certificate;
  if (first === undefined) throw new Error('TLS accepts none of its certificates; give it another one');
  return {
    options: {
      SNICallback(name, done) {
        done(null, (known.find(({ leaf }) => leaf.checkHost(name) !== undefined) ?? known[0])?.context);
      },
      cert: first.certificate,
      key: first.privateKey,
    },
    update(next, server) {
      const same = next.length === given.length && next.every((each, i) => each.certificate === given[i]?.certificate);
      given = next;
      if (same) return;
      const usable = read(next);
      const leading = usable[0]?.certificate;
      if (leading === undefined) return;
      known = usable;
      // Clients that name no host get this one.
      if (server instanceof Server) server.setSecureContext({ cert: leading.certificate, key: leading.privateKey });
    },
  };
}

function read(certificates: readonly TlsCertificate[]): readonly Known[] {
  return certificates.flatMap((certificate) => {
    try {
      const context = createSecureContext({ cert: certificate.certificate, key: certificate.privateKey });
      return [{ certificate, leaf: new X509Certificate(certificate.certificate), context }];
    } catch {
      return [];
    }
  });
}
