import { z } from 'zod';
import { named, port, whole } from './resource.ts';
import type { Resource } from './resource.ts';

const where = {
  port: port.optional(),
  portName: z.string().optional(),
  portSpecification: z.enum(['USE_FIXED_PORT', 'USE_NAMED_PORT', 'USE_SERVING_PORT']).optional(),
};
/** What stands in a request line and a header as it is; the rest has to be percent-encoded. */
const plain = z
  .string()
  .regex(/^[\x21-\x7e]*$/, 'must have no spaces and nothing outside of ASCII: encode it as RFC 3986 says');
const requestPath = plain.startsWith('/', 'must begin with /').max(2048);
const host = plain.max(1024).optional();
const proxyHeader = z.enum(['NONE', 'PROXY_V1']).optional();
const httpCheck = z.looseObject({
  ...where,
  proxyHeader,
  host,
  requestPath: requestPath.optional(),
  response: z.string().max(1024).optional(),
});
const streamCheck = z.looseObject({
  ...where,
  proxyHeader,
  request: z.string().max(1024).optional(),
  response: z.string().max(1024).optional(),
});
const timing = {
  checkIntervalSec: whole.min(1).max(300).default(5),
  timeoutSec: whole.min(1).max(300).default(5),
  healthyThreshold: whole.min(1).max(10).default(2),
  unhealthyThreshold: whole.min(1).max(10).default(2),
};

/** Kinds of health check, and the field that holds each one's settings. */
export const CHECK_FIELDS = {
  HTTP: 'httpHealthCheck',
  HTTPS: 'httpsHealthCheck',
  HTTP2: 'http2HealthCheck',
  TCP: 'tcpHealthCheck',
  SSL: 'sslHealthCheck',
} as const;
/** @see CHECK_FIELDS */
export type CheckType = keyof typeof CHECK_FIELDS;

/** Body of healthChecks.insert. */
export const healthCheckBody = named.extend({
  type: z.enum(['HTTP', 'HTTPS', 'HTTP2', 'TCP', 'SSL'], 'must be HTTP, HTTPS, HTTP2, TCP or SSL'),
  ...timing,
  httpHealthCheck: httpCheck.optional(),
  httpsHealthCheck: httpCheck.optional(),
  http2HealthCheck: httpCheck.optional(),
  tcpHealthCheck: streamCheck.optional(),
  sslHealthCheck: streamCheck.optional(),
});
/** A health check. */
export type HealthCheck = Resource & z.infer<typeof healthCheckBody>;

/** Body of httpHealthChecks.insert and httpsHealthChecks.insert, the older kinds that target pools use. */
export const legacyHealthCheckBody = (usual: number) =>
  named.extend({
    ...timing,
    port: port.default(usual),
    requestPath: requestPath.default('/'),
    host,
  });
/** A legacy HTTP or HTTPS health check. */
export type HttpHealthCheck = Resource & z.infer<ReturnType<typeof legacyHealthCheckBody>>;
