import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { z } from 'zod';
import { documents } from './document-collection.ts';
import { invalid } from './problem.ts';
import type { SslCertificate } from './target-proxy-schema.ts';
import { sslCertificateBody } from './target-proxy-schema.ts';

type Body = z.infer<typeof sslCertificateBody>;

/** SSL certificates, global and regional: a chain and its key, given by the user. */
export const sslCertificates = documents<'sslCertificates', Body>({
  name: 'sslCertificates',
  kind: 'compute#sslCertificate',
  scopes: ['global', 'region'],
  body: sslCertificateBody,
  changes: [],
  view(_lab, _path, { privateKey: _, ...item }) {
    return { ...item, selfManaged: { certificate: item.certificate } };
  },
  complete(_lab, _call, { name, description, ...body }) {
    const certificate = body.selfManaged?.certificate ?? body.certificate;
    const privateKey = body.selfManaged?.privateKey ?? body.privateKey;
    if (certificate === undefined || certificate === '') {
      throw invalid('resource.certificate', 'it is required: the chain as PEM text, the leaf first.');
    }
    if (privateKey === undefined || privateKey === '') {
      throw invalid('resource.privateKey', 'it is required: the key as PEM text, without a passphrase.');
    }
    return { name, description, type: 'SELF_MANAGED', certificate, privateKey, ...readPem(certificate, privateKey) };
  },
});

function readPem(
  certificate: string,
  privateKey: string,
): Pick<SslCertificate, 'expireTime' | 'subjectAlternativeNames'> {
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(certificate);
  } catch (cause) {
    throw invalid('resource.certificate', `it is not a PEM certificate (${messageOf(cause)}).`);
  }
  let matches: boolean;
  try {
    matches = leaf.checkPrivateKey(createPrivateKey(privateKey));
  } catch (cause) {
    throw invalid('resource.privateKey', `it is not a PEM private key (${messageOf(cause)}).`);
  }
  if (!matches) throw invalid('resource.privateKey', 'it is not the key of the certificate.');
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (cause) {
    throw invalid(
      'resource.certificate',
      `no TLS server can use it (${messageOf(cause)}). Give a key of RSA 2048 or ECDSA P-256 and the whole chain.`,
    );
  }
  return {
    expireTime: new Date(leaf.validTo).toISOString(),
    subjectAlternativeNames: (leaf.subjectAltName ?? '')
      .split(', ')
      .flatMap((each) => /^(?:DNS|IP Address):(.+)$/.exec(each)?.[1] ?? []),
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
