import { capacitySchema } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';

const name = z.string().min(1);

/** How a load balancer uses a group (Spinnaker's loadBalancingPolicy). */
export const loadBalancingPolicySchema = z.looseObject({
  balancingMode: z.enum(['CONNECTION', 'UTILIZATION', 'RATE']).optional(),
  maxUtilization: z.number().min(0).max(1).optional(),
  maxConnectionsPerInstance: z.number().int().positive().optional(),
  maxRatePerInstance: z.number().positive().optional(),
  capacityScaler: z.number().min(0).max(1).optional(),
  namedPorts: z.array(z.looseObject({ name, port: z.number().int().min(1).max(65_535) })).optional(),
});
export type LoadBalancingPolicy = z.infer<typeof loadBalancingPolicySchema>;

/** Description of createServerGroup: Spinnaker's fields, of which this is the supported part. */
export const createServerGroupSchema = z.looseObject({
  application: name,
  stack: z.string().nullish(),
  freeFormDetails: z.string().nullish(),
  credentials: name,
  region: name,
  regional: z.boolean().optional(),
  zone: z.string().optional().describe('makes a zonal group'),
  selectZones: z.boolean().optional(),
  distributionPolicy: z
    .looseObject({ zones: z.array(z.string()).optional(), targetShape: z.string().optional() })
    .nullish(),
  capacity: capacitySchema.optional(),
  targetSize: z.number().int().min(0).optional(),
  instanceType: z.string().default('e2-small'),
  image: name.describe('name of an image'),
  instanceMetadata: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.string()).optional(),
  network: z.string().nullish(),
  subnet: z.string().nullish(),
  associatePublicIpAddress: z.boolean().optional(),
  loadBalancers: z.array(z.string()).default([]),
  loadBalancingPolicy: loadBalancingPolicySchema.nullish(),
  disableTraffic: z.boolean().optional(),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("port that the application serves; the first load balancer's when absent"),
  diskSizeGb: z.number().int().positive().optional(),
});
export type CreateServerGroup = z.infer<typeof createServerGroupSchema>;

/** Description of an operation on one server group. */
export const serverGroupOperationSchema = z.looseObject({
  credentials: name,
  region: name,
  serverGroupName: name,
});
export type ServerGroupOperation = z.infer<typeof serverGroupOperationSchema>;

export const resizeServerGroupSchema = serverGroupOperationSchema.extend({
  targetSize: z.number().int().min(0).optional(),
  capacity: capacitySchema.partial().optional(),
});
export type ResizeServerGroup = z.infer<typeof resizeServerGroupSchema>;

const port = z.number().int().min(1).max(65_535);
export const healthCheckSchema = z.looseObject({
  healthCheckType: z.enum(['HTTP', 'TCP']).default('HTTP'),
  port: port.optional().describe("the load balancer's when absent"),
  requestPath: z.string().startsWith('/').default('/'),
  checkIntervalSec: z.number().int().min(1).default(5),
  timeoutSec: z.number().int().min(1).default(5),
  healthyThreshold: z.number().int().min(1).max(10).default(2),
  unhealthyThreshold: z.number().int().min(1).max(10).default(2),
});

/** Description of upsertLoadBalancer. `TCP`: a regional external backend service behind a forwarding rule. */
export const upsertLoadBalancerSchema = z.looseObject({
  credentials: name,
  region: name,
  loadBalancerName: z
    .string()
    .regex(
      /^[a-z]([-a-z0-9]{0,52}[a-z0-9])?$/,
      'lower-case letters, digits and hyphens, at most 54, starting with a letter',
    ),
  loadBalancerType: z.enum(['TCP']).default('TCP'),
  portRange: z.union([z.string(), z.number()]).default('8080').describe('one port'),
  ipAddress: z.string().nullish().describe('a reserved address; one is chosen when absent'),
  sessionAffinity: z.enum(['NONE', 'CLIENT_IP', 'CLIENT_IP_PORT_PROTO', 'CLIENT_IP_PROTO']).default('NONE'),
  connectionDrainingTimeoutSec: z.number().int().min(0).max(3_600).default(30),
  healthCheck: healthCheckSchema.prefault({}),
});
export type UpsertLoadBalancer = z.infer<typeof upsertLoadBalancerSchema>;

export const deleteLoadBalancerSchema = z.looseObject({
  credentials: name,
  region: name,
  loadBalancerName: name,
});
export type DeleteLoadBalancer = z.infer<typeof deleteLoadBalancerSchema>;
