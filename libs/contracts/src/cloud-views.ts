import { z } from 'zod';
import { jsonObject, reasonSchema } from './execution.ts';
import { holdSchema } from './holds.ts';
import { monikerSchema } from './moniker.ts';

const millis = z.number().describe('epoch milliseconds');

/** States of one health source of an instance. */
export const HEALTH_STATES = [
  'Up',
  'Down',
  'Starting',
  'OutOfService',
  'Unknown',
  'Draining',
  'Failed',
  'Succeeded',
] as const;
export const healthStateSchema = z.enum(HEALTH_STATES);
export type HealthState = z.infer<typeof healthStateSchema>;

/** How sure a view is: when the cloud last showed it, and, where the last look failed, since when and why. */
const freshness = {
  seenAt: millis.describe('when the cloud last showed it, epoch milliseconds'),
  stale: z.boolean().optional().describe('the last look at its account failed'),
  staleSince: millis.optional().describe('since when looks fail, epoch milliseconds'),
  staleReason: z.string().optional().describe("why the last look failed, in the cloud's words"),
};

export const healthSchema = z.looseObject({
  type: z.string(),
  healthClass: z.string().nullish(),
  state: healthStateSchema,
  description: z.string().optional(),
});

/** An instance. `GET /instances/...` adds networkInterfaces, metadata, disks, tags, labels, serverGroup and moniker where it has them. */
export const instanceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  zone: z.string().optional(),
  launchTime: z.number().optional(),
  healthState: healthStateSchema,
  health: z.array(healthSchema),
  ips: z.array(z.string()).optional(),
  reason: reasonSchema.optional(),
});
export type Instance = z.infer<typeof instanceSchema>;

export const capacitySchema = z.object({ min: z.number().int(), max: z.number().int(), desired: z.number().int() });
export type Capacity = z.infer<typeof capacitySchema>;

/** A server group in Gate's list shape; also instanceType, launchConfig, labels, tags, namedPorts and policies where it has them. */
export const serverGroupSchema = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  application: z.string(),
  cloudProvider: z.string(),
  type: z.string(),
  createdTime: z.number(),
  isDisabled: z.boolean(),
  moniker: monikerSchema,
  capacity: capacitySchema,
  instanceCounts: z.looseObject({
    total: z.number(),
    up: z.number(),
    down: z.number(),
    starting: z.number(),
    outOfService: z.number(),
    unknown: z.number(),
  }),
  instances: z.array(instanceSchema),
  loadBalancers: z.array(z.string()),
  zones: z.array(z.string()).optional(),
  buildInfo: jsonObject.optional(),
  image: z.string().optional(),
  problems: z
    .array(
      z.object({
        instance: z.string(),
        kind: z.string().describe('quota, stockOut, permission, notFound, invalid, boot, unavailable, ...'),
        code: z.string(),
        message: z.string().describe("the cloud's own words"),
        lasting: z.boolean().describe('it does not go away by waiting'),
      }),
    )
    .optional()
    .describe('why instances of it could not be made'),
  drift: reasonSchema.optional().describe('the traffic that was asked for differs from what the cloud does'),
  drainingUntil: millis.optional().describe('open connections are served until then, epoch milliseconds'),
  previousServerGroup: z
    .object({ name: z.string(), image: z.string().optional() })
    .optional()
    .describe('what it replaced when it was made'),
  holds: z.array(holdSchema).optional().describe('changes for a time, which will be undone'),
  ...freshness,
});
export type ServerGroup = z.infer<typeof serverGroupSchema>;

/** A load balancer of any type; what is particular to its type comes beside, in Spinnaker's words. */
export const loadBalancerSchema = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  cloudProvider: z.string(),
  type: z.string(),
  loadBalancerType: z.string(),
  ipAddress: z.string().optional(),
  portRange: z.string().optional(),
  serverGroups: z.array(
    z.looseObject({
      name: z.string(),
      isDisabled: z.boolean(),
      instances: z.array(z.looseObject({ id: z.string(), health: z.looseObject({}).optional() })),
    }),
  ),
  ...freshness,
});
export type LoadBalancer = z.infer<typeof loadBalancerSchema>;

/** Traffic that a firewall lets through or refuses. */
const firewallRuleSchema = z.looseObject({
  protocol: z.string(),
  range: z.looseObject({ ip: z.string(), cidr: z.string() }).optional(),
  portRanges: z.array(z.object({ startPort: z.number().int(), endPort: z.number().int() })),
  denied: z.boolean().optional().describe('true: such traffic is refused'),
});

/** A firewall. */
export const securityGroupSchema = z.looseObject({
  type: z.string(),
  cloudProvider: z.string(),
  id: z.string(),
  name: z.string(),
  account: z.string(),
  accountName: z.string(),
  region: z.string(),
  network: z.string(),
  application: z.string().optional(),
  description: z.string().optional(),
  direction: z.enum(['INGRESS', 'EGRESS']).optional(),
  priority: z.number().int().optional().describe('the lowest one counts first'),
  disabled: z.boolean().optional(),
  sourceTags: z.array(z.string()).optional(),
  targetTags: z.array(z.string()).optional(),
  sourceServiceAccounts: z.array(z.string()).optional(),
  targetServiceAccounts: z.array(z.string()).optional(),
  inboundRules: z.array(firewallRuleSchema),
  outboundRules: z.array(firewallRuleSchema).optional(),
  ...freshness,
});
export type SecurityGroup = z.infer<typeof securityGroupSchema>;

/** What firewalls are chosen by. */
export const securityGroupSummarySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  network: z.string(),
  sourceTags: z.array(z.string()).optional(),
  targetTags: z.array(z.string()).optional(),
});

/** A cluster: server groups of one name, account and cloud over all regions. */
export const clusterSchema = z.looseObject({
  type: z.string(),
  name: z.string(),
  accountName: z.string(),
  moniker: monikerSchema,
  serverGroups: z.array(serverGroupSchema),
  loadBalancers: z.array(z.string()),
});
export type Cluster = z.infer<typeof clusterSchema>;

/** An image as `/images/find` lists it; `tags` are its labels and what its description says. */
export const imageSchema = z.looseObject({
  account: z.string(),
  imageName: z.string(),
  region: z.string().optional().describe('absent where images of its cloud belong to no region'),
  attributes: z.looseObject({ creationDate: z.string().nullish() }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  family: z.string().optional(),
  buildInfo: jsonObject.optional(),
});
export type Image = z.infer<typeof imageSchema>;

/** One image, and where it runs: only server groups that the caller may look at. */
export const imageDetailsSchema = imageSchema.extend({
  serverGroups: z.array(
    z.object({
      account: z.string(),
      region: z.string(),
      name: z.string(),
      application: z.string(),
      cluster: z.string(),
      instances: z.number().int(),
    }),
  ),
});

export const networkSchema = z.looseObject({
  cloudProvider: z.string(),
  id: z.string(),
  name: z.string(),
  account: z.string(),
  region: z.string(),
});
export const subnetSchema = z.looseObject({
  type: z.string(),
  id: z.string(),
  name: z.string(),
  network: z.string(),
  cidrBlock: z.string().optional(),
  account: z.string(),
  region: z.string(),
});

/** Something that forms choose from: a backend service, health check, address or certificate. `region` may be `global`. */
export const cloudResourceSchema = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  cloudProvider: z.string(),
});
export type CloudResource = z.infer<typeof cloudResourceSchema>;

/** What `/search` looks through, by the names that its `type` takes. */
export const SEARCH_TYPES = [
  'clusters',
  'serverGroups',
  'instances',
  'loadBalancers',
  'securityGroups',
  'images',
  'backendServices',
  'healthChecks',
  'addresses',
  'certificates',
] as const;
export const searchTypeSchema = z.enum(SEARCH_TYPES);
export type SearchType = z.infer<typeof searchTypeSchema>;

/** One thing that a search found. `matched` says what of it fits, e.g. `address 127.64.0.7`. */
export const searchHitSchema = z.looseObject({
  type: searchTypeSchema,
  provider: z.string(),
  name: z.string(),
  account: z.string(),
  region: z.string().optional(),
  application: z.string().optional(),
  cluster: z.string().optional(),
  serverGroup: z.string().optional(),
  instanceId: z.string().optional(),
  matched: z.string().optional(),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/** Hits of one type, a page of them. */
export const searchResultSetSchema = z.object({
  type: searchTypeSchema,
  pageNumber: z.number().int(),
  pageSize: z.number().int(),
  platform: z.string(),
  query: z.string(),
  totalMatches: z.number().int(),
  results: z.array(searchHitSchema),
});
export type SearchResultSet = z.infer<typeof searchResultSetSchema>;

/** One accepted cloud change; Spinnaker's "kato task". */
export const operationSchema = z.looseObject({
  id: z.string(),
  status: z.looseObject({
    phase: z.string(),
    status: z.string(),
    complete: z.boolean(),
    completed: z.boolean(),
    failed: z.boolean(),
    retryable: z.boolean().optional(),
  }),
  history: z.array(z.object({ phase: z.string(), status: z.string(), at: z.number() })),
  resultObjects: z.array(jsonObject),
  reason: reasonSchema.optional(),
  leftovers: z
    .array(z.object({ step: z.string(), message: z.string() }))
    .optional()
    .describe('what a failed operation could not undo; it can be retried, or its undoing be finished'),
  startTimeMs: z.number(),
  endTimeMs: z.number().optional(),
});
export type Operation = z.infer<typeof operationSchema>;

/** What one operation would do now, from reads alone. */
export const operationPreviewSchema = z.object({
  stage: z.string().optional().describe('name of the stage that would do it, where it was asked about by name'),
  operation: z.string(),
  account: z.string(),
  changes: z.array(z.string()).describe('sentences, in the order of the changes; none: all is as described already'),
  warnings: z.array(z.string()).describe('what people should know first: instances that restart, traffic that ends'),
  problems: z.array(z.string()).describe('why it would be refused, with what to do; none: it can be started'),
});
export type OperationPreview = z.infer<typeof operationPreviewSchema>;
