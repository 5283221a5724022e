import { z } from 'zod';
import { jsonObject, reasonSchema } from './execution.ts';
import { monikerSchema } from './moniker.ts';
import { defineApi } from './route.ts';

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

export const healthSchema = z.looseObject({
  type: z.string(),
  healthClass: z.string().nullish(),
  state: healthStateSchema,
  description: z.string().optional(),
});
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

/** A server group in Gate's list shape. `seenAt`: when the cloud last showed it. */
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
  seenAt: z.number(),
  stale: z.boolean().optional(),
});
export type ServerGroup = z.infer<typeof serverGroupSchema>;

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
  seenAt: z.number(),
});
export type LoadBalancer = z.infer<typeof loadBalancerSchema>;

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
  startTimeMs: z.number(),
  endTimeMs: z.number().optional(),
});
export type Operation = z.infer<typeof operationSchema>;

const app = z.object({ application: z.string() });

/** Clouddriver: clouds. Operation bodies: `[{"createServerGroup": {...}}, ...]`; a failed one stops those behind it. */
export const clouddriverApi = defineApi({
  submit: {
    method: 'POST',
    path: '/:provider/ops',
    summary:
      'Accept operations; the Idempotency-Key header (or clientRequestId) makes a repeat return the same operation',
    params: z.object({ provider: z.string() }),
    query: z
      .object({
        clientRequestId: z.string().optional(),
        executionId: z.string().optional(),
        stageId: z.string().optional(),
      })
      .describe('executionId and stageId: woken when the operation ends'),
    body: z.array(z.record(z.string(), jsonObject)),
    response: z.object({ id: z.string(), resourceUri: z.string() }),
  },
  getOperation: {
    method: 'GET',
    path: '/task/:id',
    summary: 'State of an operation',
    params: z.object({ id: z.string() }),
    response: operationSchema,
  },
  acquireLock: {
    method: 'PUT',
    path: '/locks/:account/:cluster',
    summary: 'Take or renew the cluster lock; a change to the cluster needs its current epoch',
    params: z.object({ account: z.string(), cluster: z.string() }),
    query: z.object({ region: z.string().optional() }),
    body: z.object({
      holder: z.string(),
      reason: z.string(),
      ttlMs: z.number().int(),
      wake: z
        .object({ executionId: z.string(), stageId: z.string() })
        .optional()
        .describe('woken when the lock comes free and this holder is next'),
    }),
    response: z.object({
      acquired: z.boolean(),
      epoch: z.number().optional(),
      holder: z.string(),
      reason: z.string(),
      expires: z.number(),
      ahead: z.number().optional().describe('how many wait before this holder'),
    }),
  },
  releaseLock: {
    method: 'DELETE',
    path: '/locks/:account/:cluster',
    summary: 'Give the cluster lock back',
    params: z.object({ account: z.string(), cluster: z.string() }),
    query: z.object({ holder: z.string(), region: z.string().optional() }),
  },
  listLocks: {
    method: 'GET',
    path: '/locks',
    summary: 'Cluster locks held',
    response: z.array(
      z.looseObject({
        account: z.string(),
        cluster: z.string(),
        region: z.string().optional(),
        holder: z.string(),
        reason: z.string(),
        epoch: z.number(),
        expires: z.number(),
      }),
    ),
  },
  listAccounts: {
    method: 'GET',
    path: '/credentials',
    summary: 'Accounts',
    query: z.object({ expand: z.string().optional() }),
    response: z.array(z.looseObject({ name: z.string(), type: z.string(), cloudProvider: z.string() })),
  },
  listServerGroups: {
    method: 'GET',
    path: '/applications/:application/serverGroups',
    summary: "An application's server groups",
    params: app,
    query: z.object({ clusters: z.string().optional(), live: z.stringbool().optional().describe('ask the cloud now') }),
    response: z.array(serverGroupSchema),
  },
  getServerGroup: {
    method: 'GET',
    path: '/serverGroups/:account/:region/:name',
    summary: 'One server group',
    params: z.object({ account: z.string(), region: z.string(), name: z.string() }),
    query: z.object({ live: z.stringbool().optional() }),
    response: serverGroupSchema,
  },
  getTarget: {
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:provider/:region/serverGroups/target/:target',
    summary: 'The server group that CURRENT, PREVIOUS, OLDEST, LARGEST or FAIL names now',
    params: z.object({
      application: z.string(),
      account: z.string(),
      cluster: z.string(),
      provider: z.string(),
      region: z.string(),
      target: z.string(),
    }),
    query: z.object({ onlyEnabled: z.stringbool().optional() }),
    response: serverGroupSchema,
  },
  listClusters: {
    method: 'GET',
    path: '/applications/:application/clusters',
    summary: 'Cluster names by account',
    params: app,
    response: z.record(z.string(), z.array(z.string())),
  },
  listLoadBalancers: {
    method: 'GET',
    path: '/applications/:application/loadBalancers',
    summary: "An application's load balancers",
    params: app,
    response: z.array(loadBalancerSchema),
  },
  listAllLoadBalancers: {
    method: 'GET',
    path: '/loadBalancers',
    summary: 'All load balancers',
    query: z.object({ provider: z.string().optional() }),
    response: z.array(loadBalancerSchema),
  },
  getInstance: {
    method: 'GET',
    path: '/instances/:account/:region/:id',
    summary: 'One instance',
    params: z.object({ account: z.string(), region: z.string(), id: z.string() }),
    response: instanceSchema,
  },
  getConsole: {
    method: 'GET',
    path: '/instances/:account/:region/:id/console',
    summary: "An instance's serial console",
    params: z.object({ account: z.string(), region: z.string(), id: z.string() }),
    response: z.object({ output: z.string() }),
  },
  findImages: {
    method: 'GET',
    path: '/:provider/images/find',
    summary: 'Images by name',
    params: z.object({ provider: z.string() }),
    query: z.object({ q: z.string().optional(), account: z.string().optional() }),
    response: z.array(z.looseObject({ account: z.string(), imageName: z.string() })),
  },
  listNetworks: {
    method: 'GET',
    path: '/networks/:provider',
    summary: 'Networks',
    params: z.object({ provider: z.string() }),
    response: z.array(z.looseObject({})),
  },
  listInstanceTypes: {
    method: 'GET',
    path: '/instanceTypes',
    summary: 'Machine types',
    response: z.array(z.looseObject({ name: z.string(), account: z.string() })),
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Inventory changes as a live event stream',
    query: z.object({ application: z.string().optional() }),
    answers: 'events',
  },
});
