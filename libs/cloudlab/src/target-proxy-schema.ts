import { z } from 'zod';
import { named, reference, whole } from './resource.ts';
import type { Resource } from './resource.ts';

const keepAlive = { httpKeepAliveTimeoutSec: whole.min(5).max(1200).optional() };
const absent = (what: string) => z.undefined(`this cloud has no ${what}; leave it out`).optional();
const proxyHeader = z.enum(['NONE', 'PROXY_V1'], 'must be NONE or PROXY_V1').default('NONE');
const certificates = z
  .array(reference, 'name at least one SSL certificate')
  .min(1, 'name at least one SSL certificate')
  .max(15, 'at most 15 certificates');
const tls = {
  sslCertificates: certificates,
  sslPolicy: absent('SSL policies'),
  certificateMap: absent('certificate maps'),
};

/** Body of targetHttpProxies.insert. */
export const targetHttpProxyBody = named.extend({ urlMap: reference, ...keepAlive });
/** A target HTTP proxy. */
export type TargetHttpProxy = Resource & z.infer<typeof targetHttpProxyBody>;

/** Body of targetHttpsProxies.insert. */
export const targetHttpsProxyBody = named.extend({
  urlMap: reference,
  ...keepAlive,
  ...tls,
  quicOverride: z.enum(['NONE', 'DISABLE'], 'this cloud speaks no QUIC: NONE or DISABLE').default('NONE'),
});
/** A target HTTPS proxy. */
export type TargetHttpsProxy = Resource & z.infer<typeof targetHttpsProxyBody>;

/** Body of targetSslProxies.insert. */
export const targetSslProxyBody = named.extend({ service: reference, proxyHeader, ...tls });
/** A target SSL proxy: ends TLS and goes on as plain TCP. */
export type TargetSslProxy = Resource & z.infer<typeof targetSslProxyBody>;

/** Body of targetTcpProxies.insert. */
export const targetTcpProxyBody = named.extend({ service: reference, proxyHeader });
/** A target TCP proxy. */
export type TargetTcpProxy = Resource & z.infer<typeof targetTcpProxyBody>;

/** Body of sslCertificates.insert: PEM texts, at the top or below `selfManaged`. */
export const sslCertificateBody = named.extend({
  type: z.enum(['SELF_MANAGED'], 'this cloud cannot obtain certificates; give your own (SELF_MANAGED)').optional(),
  certificate: z.string().optional(),
  privateKey: z.string().optional(),
  selfManaged: z.looseObject({ certificate: z.string(), privateKey: z.string() }).optional(),
  managed: absent('managed certificates'),
});
/** A certificate chain and its key, both PEM; the key is never shown. */
export interface SslCertificate extends Resource {
  readonly type: 'SELF_MANAGED';
  readonly certificate: string;
  readonly privateKey: string;
  readonly subjectAlternativeNames: readonly string[];
  /** RFC 3339. */
  readonly expireTime: string;
}
