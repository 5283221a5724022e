import { z } from 'zod';
import { artifactAccountRoutes } from './artifacts.ts';
import { cloudAccountRoutes } from './cloud-accounts.ts';
import { cloudReadRoutes } from './cloud-reads.ts';
import { cloudExecutionRoutes, cloudHoldRoutes } from './cloud-undo.ts';
import { imageSchema, operationPreviewSchema, operationSchema, serverGroupSchema } from './cloud-views.ts';
import { clusterLockSchema } from './cluster-locks.ts';
import { jsonObject } from './execution.ts';
import { foresightRequestSchema, foresightSchema } from './foresight.ts';
import { healthFindingSchema } from './health-findings.ts';
import { defineApi } from './route.ts';

export type { HealthState, Instance, LoadBalancer, Operation, ServerGroup } from './cloud-views.ts';
export {
  capacitySchema,
  instanceSchema,
  loadBalancerSchema,
  operationSchema,
  serverGroupSchema,
} from './cloud-views.ts';

const app = z.object({ application: z.string() });

/** What images are found by; a `tag:key` beside demands that value of that label. */
export const imageQuery = z
  .object({
    q: z.string().optional(),
    account: z.string().optional(),
    region: z.string().optional(),
    count: z.coerce.number().int().min(1).max(10_000).optional(),
  })
  .catchall(z.string());

/** The tags that images are asked for by: `tag:key=value`. */
export function tagsOfImageQuery(query: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) =>
      key.startsWith('tag:') ? [[key.slice('tag:'.length), String(value)] as const] : [],
    ),
  );
}

/** Clouddriver: clouds. Operation bodies: `[{"createServerGroup": {...}}, ...]`; a failed one stops those behind it. */
export const clouddriverApi = defineApi({
  ...artifactAccountRoutes,
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
  previewOperations: {
    method: 'POST',
    path: '/:provider/ops/preview',
    summary: 'What operations would do now, in sentences; nothing is started',
    params: z.object({ provider: z.string() }),
    body: z.array(z.record(z.string(), jsonObject)),
    response: z.array(operationPreviewSchema),
  },
  foreseeOperations: {
    method: 'POST',
    path: '/:provider/ops/foresee',
    summary: 'What traffic guards would say to operations on a cluster as it would be by then; nothing is started',
    params: z.object({ provider: z.string() }),
    body: foresightRequestSchema,
    response: foresightSchema,
  },
  getOperation: {
    method: 'GET',
    path: '/task/:id',
    summary: 'State of an operation',
    params: z.object({ id: z.string() }),
    response: operationSchema,
  },
  retryOperation: {
    method: 'POST',
    path: '/task/:id/retry',
    summary: 'Begin a failed operation again: afresh, or from what it left behind',
    params: z.object({ id: z.string() }),
    response: operationSchema,
  },
  undoOperation: {
    method: 'POST',
    path: '/task/:id/undo',
    summary: 'Take back what a failed operation left behind',
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
    summary: 'Who changes which cluster now, and who waits behind',
    response: z.array(clusterLockSchema),
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
  explainHealth: {
    method: 'GET',
    path: '/serverGroups/:account/:region/:name/health',
    summary: 'Why instances of a server group are not healthy, found out now',
    params: z.object({ account: z.string(), region: z.string(), name: z.string() }),
    response: z.array(healthFindingSchema),
  },
  findImages: {
    method: 'GET',
    path: '/:provider/images/find',
    summary: 'Images by name (`*` stands for anything) and by tags (`tag:key=value`), newest first',
    params: z.object({ provider: z.string() }),
    query: imageQuery,
    response: z.array(imageSchema),
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Inventory changes as a live event stream',
    query: z.object({ application: z.string().optional() }),
    answers: 'events',
  },
  ...cloudReadRoutes,
  ...cloudAccountRoutes,
  ...cloudHoldRoutes,
  ...cloudExecutionRoutes,
});
