import { z } from 'zod';

/** Spinnaker's types of load balancers. `TCP` in a region is the pass-through one over a backend service. */
export const LOAD_BALANCER_TYPES = ['HTTP', 'INTERNAL_MANAGED', 'INTERNAL', 'NETWORK', 'SSL', 'TCP'] as const;
export type LoadBalancerType = (typeof LOAD_BALANCER_TYPES)[number];

const text = z.string().min(1);
const resourceName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits and hyphens, at most 63, starting with a letter',
  );
const port = z.number().int().min(1).max(65_535);

/** A health check as it is asked for. What is absent stays, and of a new one is HTTP at `/`, every 5 s. */
export const healthCheckSchema = z.looseObject({
  name: resourceName.optional(),
  healthCheckType: z.enum(['HTTP', 'HTTPS', 'HTTP2', 'TCP', 'SSL']).optional(),
  port: port.optional().describe("the load balancer's when absent"),
  requestPath: z.string().startsWith('/').optional(),
  host: z.string().optional(),
  checkIntervalSec: z.number().int().min(1).max(300).optional(),
  timeoutSec: z.number().int().min(1).max(300).optional(),
  healthyThreshold: z.number().int().min(1).max(10).optional(),
  unhealthyThreshold: z.number().int().min(1).max(10).optional(),
});
export type HealthCheckDescription = z.infer<typeof healthCheckSchema>;

const sessionAffinity = z.enum(['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO', 'CLIENT_IP_PORT_PROTO', 'GENERATED_COOKIE']);

/** A backend service as it is asked for. A name alone means the one that exists, unchanged. */
export const backendServiceSchema = z.looseObject({
  name: resourceName.optional(),
  healthCheck: healthCheckSchema.optional(),
  sessionAffinity: sessionAffinity.optional(),
  affinityCookieTtlSec: z.number().int().min(0).max(1_209_600).optional(),
  portName: text.optional().describe("the groups' named port, `http` when absent"),
  enableCDN: z.boolean().optional(),
  timeoutSec: z.number().int().min(1).optional(),
  connectionDrainingTimeoutSec: z.number().int().min(0).max(3_600).optional(),
});
export type BackendServiceDescription = z.infer<typeof backendServiceSchema>;

const namedService = backendServiceSchema.extend({ name: resourceName });
const pathMatcherSchema = z.looseObject({
  defaultService: namedService,
  pathRules: z
    .array(z.looseObject({ paths: z.array(z.string().startsWith('/')).min(1), backendService: namedService }))
    .default([]),
});

/** Description of upsertLoadBalancer, for all types: Spinnaker's fields. What is absent stays as it is. */
export const upsertLoadBalancerSchema = z.looseObject({
  credentials: text,
  region: text.default('global').describe('`global` for HTTP, SSL and TCP proxies'),
  loadBalancerName: z
    .string()
    .regex(
      /^[a-z]([-a-z0-9]{0,52}[a-z0-9])?$/,
      'lower-case letters, digits and hyphens, at most 54, starting with a letter',
    )
    .describe("the forwarding rule's name"),
  loadBalancerType: z.enum(LOAD_BALANCER_TYPES).default('TCP'),
  portRange: z
    .union([z.string(), z.number()])
    .optional()
    .describe('one port or, for NETWORK and TCP in a region, a range'),
  ports: z
    .array(z.union([z.string(), z.number()]))
    .max(5)
    .optional()
    .describe('INTERNAL: up to five'),
  ipAddress: text.nullish().describe('an address, or the name of a reserved one; one is chosen when absent'),
  ipProtocol: z.enum(['TCP', 'UDP']).optional(),
  network: text.nullish(),
  subnet: text.nullish(),
  certificate: text.nullish().describe('HTTP, INTERNAL_MANAGED, SSL: name of a certificate'),
  sessionAffinity: sessionAffinity.optional(),
  connectionDrainingTimeoutSec: z.number().int().min(0).max(3_600).optional(),
  healthCheck: healthCheckSchema.optional(),
  backendService: backendServiceSchema.optional(),
  urlMapName: resourceName.optional(),
  defaultService: backendServiceSchema.optional(),
  hostRules: z.array(z.looseObject({ hostPatterns: z.array(text).min(1), pathMatcher: pathMatcherSchema })).optional(),
  listenersToDelete: z.array(text).default([]).describe('HTTP: other forwarding rules of the same URL map to remove'),
});
export type UpsertLoadBalancer = z.infer<typeof upsertLoadBalancerSchema>;

export const deleteLoadBalancerSchema = z.looseObject({
  credentials: text,
  region: text.default('global'),
  loadBalancerName: text,
  loadBalancerType: z.enum(LOAD_BALANCER_TYPES).optional(),
  deleteHealthChecks: z.boolean().default(true),
});
export type DeleteLoadBalancer = z.infer<typeof deleteLoadBalancerSchema>;

/** Description of registerInstancesWithLoadBalancer and its opposite. */
export const registrationSchema = z.looseObject({
  credentials: text,
  region: text,
  loadBalancerNames: z.array(text).min(1),
  instanceIds: z.array(text).min(1),
});
export type Registration = z.infer<typeof registrationSchema>;
