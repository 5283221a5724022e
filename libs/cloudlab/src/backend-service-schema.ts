import { z } from 'zod';
import { named, reference, resourceName, whole } from './resource.ts';
import type { Resource } from './resource.ts';

/** Load-balancing schemes of services and forwarding rules that this cloud has. */
export const SCHEMES = ['EXTERNAL', 'EXTERNAL_MANAGED', 'INTERNAL', 'INTERNAL_MANAGED'] as const;
/** @see SCHEMES */
export type Scheme = (typeof SCHEMES)[number];

const amount = whole.min(1, 'must be at least 1').optional();
const rate = z.coerce.number().gt(0, 'must be above 0').optional();

/** One group behind a backend service. */
export const backend = z.looseObject({
  group: reference,
  description: z.string().optional(),
  balancingMode: z.enum(['UTILIZATION', 'RATE', 'CONNECTION'], 'must be UTILIZATION, RATE or CONNECTION').optional(),
  maxUtilization: z.coerce.number().min(0).max(1, 'must be from 0 to 1').optional(),
  maxRate: rate,
  maxRatePerInstance: rate,
  maxConnections: amount,
  maxConnectionsPerInstance: amount,
  failover: z.boolean().optional(),
  capacityScaler: z.coerce
    .number()
    .min(0)
    .max(1)
    .refine((value) => value === 0 || value >= 0.1, 'must be 0 or from 0.1 to 1')
    .optional(),
});
/** @see backend */
export type Backend = z.infer<typeof backend>;

/** What a request is hashed by where the affinity is HTTP_COOKIE or HEADER_FIELD. */
const consistentHash = z.looseObject({
  httpHeaderName: z.string().optional(),
  httpCookie: z
    .looseObject({
      name: z.string(),
      path: z.string().optional(),
      ttl: z.looseObject({ seconds: z.coerce.number().optional() }).optional(),
    })
    .optional(),
});

/** Body of backendServices.insert and update. */
export const backendServiceBody = named.extend({
  backends: z.array(backend).default([]),
  healthChecks: z.array(reference).max(1, 'a backend service has at most one health check').default([]),
  protocol: z.enum(['HTTP', 'HTTPS', 'HTTP2', 'TCP', 'SSL', 'UDP']).optional(),
  portName: resourceName.optional(),
  loadBalancingScheme: z.enum(SCHEMES, `must be one of ${SCHEMES.join(', ')}`).default('EXTERNAL'),
  timeoutSec: whole.min(1).max(2_147_483_647).default(30),
  sessionAffinity: z
    .enum([
      'NONE',
      'CLIENT_IP',
      'CLIENT_IP_PROTO',
      'CLIENT_IP_PORT_PROTO',
      'CLIENT_IP_NO_DESTINATION',
      'GENERATED_COOKIE',
      'HEADER_FIELD',
      'HTTP_COOKIE',
    ])
    .default('NONE'),
  consistentHash: consistentHash.optional(),
  localityLbPolicy: z
    .enum(
      ['ROUND_ROBIN', 'LEAST_REQUEST', 'RING_HASH', 'MAGLEV'],
      'this cloud has ROUND_ROBIN, LEAST_REQUEST, RING_HASH and MAGLEV',
    )
    .optional(),
  affinityCookieTtlSec: whole.min(0).max(1_209_600, 'must be at most two weeks').optional(),
  connectionDraining: z.looseObject({ drainingTimeoutSec: whole.min(0).max(3600).default(0) }).optional(),
  enableCDN: z.literal(false, 'this cloud has no CDN; leave it out').optional(),
  fingerprint: z.string().optional(),
});
/** What the API knows of a backend service and this cloud does not do. */
export const UNSUPPORTED = [
  'circuitBreakers',
  'customRequestHeaders',
  'customResponseHeaders',
  'edgeSecurityPolicy',
  'failoverPolicy',
  'iap',
  'localityLbPolicies',
  'maxStreamDuration',
  'outlierDetection',
  'securityPolicy',
  'securitySettings',
  'strongSessionAffinityCookie',
  'subsetting',
];
/** A backend service. */
export type BackendService = Resource & z.infer<typeof backendServiceBody>;
