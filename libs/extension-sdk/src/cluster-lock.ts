import { ServiceError } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';
import { z } from 'zod';

/** A cluster in one region: what a lock is for. */
export interface ClusterPlace {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** Time that a lock outlives its last renewal, ms: stages renew with each run of a task. */
const TTL_MS = 90_000;
/** How often a waiting stage asks when nothing wakes it, ms; the queue drops who is silent for 20 s. */
const POLL_MS = 2_000;

/** The claims that a stage holds, by region, as it keeps them in its context. */
const claimsSchema = z.record(
  z.string(),
  z.object({ holder: z.string(), epoch: z.number(), account: z.string(), cluster: z.string() }),
);
export type ClusterClaims = z.infer<typeof claimsSchema>;

/** Who a stage is to others that want the same cluster. */
export function lockHolder(context: TaskContext<unknown>): string {
  return `${context.executionId}/${context.stage.id}`;
}

/** Claims recorded in a stage's context. */
export function claimsOf(context: { readonly clusterLocks?: unknown }): ClusterClaims {
  return claimsSchema.catch({}).parse(context.clusterLocks ?? {});
}

/** A stage's wish that has to wait, or the claims that it now holds. */
export type LockOutcome = { readonly claims: ClusterClaims } | { readonly waiting: TaskResult };

/** Takes or renews the locks of clusters, in an order that is the same for everybody, so that two stages never wait for each other. */
export async function holdLocks(context: TaskContext<unknown>, places: readonly ClusterPlace[]): Promise<LockOutcome> {
  const holder = lockHolder(context);
  const claims: ClusterClaims = {};
  for (const place of places.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))) {
    const answer = await context.ports.clouddriver.acquireLock(
      {
        params: { account: place.account, cluster: place.cluster },
        query: { region: place.region },
        body: {
          holder,
          reason: `stage "${context.stage.name}" of ${context.application}: ${context.pipeline}`,
          ttlMs: TTL_MS,
          wake: { executionId: context.executionId, stageId: context.stage.id },
        },
      },
      { signal: context.signal, traceparent: context.traceparent },
    );
    if (!answer.acquired) {
      const ahead = answer.ahead ?? 0;
      return {
        waiting: {
          status: 'RUNNING',
          wakeAfterMs: POLL_MS,
          context: { clusterLocks: claims },
          reason: {
            summary: `Waits for its turn: ${answer.holder} changes cluster ${place.cluster} in ${place.region} (${answer.reason})`,
            evidence: { holder: answer.holder, ahead, expires: answer.expires },
            next: ahead > 0 ? `${ahead} more wait before it` : 'It is next, as soon as that is done',
          },
        },
      };
    }
    claims[place.region] = { holder, epoch: answer.epoch ?? 0, account: place.account, cluster: place.cluster };
  }
  return { claims };
}

const keyOf = (place: ClusterPlace): string => `${place.account}/${place.cluster}/${place.region}`;

/** Gives back every lock that the stage's context names, and its places in queues. */
export async function releaseLocks(
  context: TaskContext<{ readonly clusterLocks?: unknown }>,
  places: readonly ClusterPlace[] = [],
): Promise<void> {
  const held = Object.entries(claimsOf(context.context)).map(([region, claim]) => ({ ...claim, region }));
  const all = new Map([...held, ...places].map((place) => [keyOf(place), place]));
  const holder = lockHolder(context);
  for (const { account, cluster, region } of all.values())
    await context.ports.clouddriver.releaseLock(
      { params: { account, cluster }, query: { holder, region } },
      { signal: context.signal, traceparent: context.traceparent },
    );
}

/** Wraps a task that runs under locks: they are renewed with each run, given back when it fails for good or is cancelled. */
export function underLocks<C extends { readonly clusterLocks?: unknown }>(
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
  task: Omit<TaskDefinition<C>, 'run'> & {
    run(context: TaskContext<C>, claims: ClusterClaims): Promise<TaskResult>;
  },
): TaskDefinition<C> {
  return {
    name: task.name,
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    async run(context) {
      const outcome = await holdLocks(context, places(context));
      if ('waiting' in outcome) return outcome.waiting;
      let result: TaskResult;
      try {
        result = await task.run(context, outcome.claims);
      } catch (error) {
        if (!mayPass(error)) await releaseLocks(context, places(context));
        throw error;
      }
      const failed = result.status === 'TERMINAL' || result.status === 'CANCELED' || result.status === 'STOPPED';
      if (failed) await releaseLocks(context, places(context));
      return failed ? result : { ...result, context: { clusterLocks: outcome.claims, ...result.context } };
    },
    async onCancel(context) {
      await task.onCancel?.(context);
      await releaseLocks(context, places(context));
    },
  };
}

/** The run is repeated after such an error, so that the stage still needs its locks. */
function mayPass(error: unknown): boolean {
  if (error instanceof ServiceError) return [429, 502, 503, 504].includes(error.status);
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

/** Waits in the clusters' queues until the stage has their locks. */
export function acquireClusterLock<C extends { readonly clusterLocks?: unknown }>(
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
): TaskDefinition<C> {
  return underLocks(places, {
    name: 'acquireClusterLock',
    run: async (_context, claims): Promise<TaskResult> => ({ status: 'SUCCEEDED', context: { clusterLocks: claims } }),
  });
}

/** Gives the stage's locks back. */
export function releaseClusterLock<C extends { readonly clusterLocks?: unknown }>(): TaskDefinition<C> {
  return {
    name: 'releaseClusterLock',
    async run(context): Promise<TaskResult> {
      await releaseLocks(context);
      return { status: 'SUCCEEDED', context: { clusterLocks: {} } };
    },
    onCancel: (context) => releaseLocks(context),
  };
}

/** The cluster of a server group's name. @throws Error for a name that is none */
export function clusterOf(serverGroupName: string): string {
  const moniker = parseName(serverGroupName);
  if (!moniker)
    throw new Error(`"${serverGroupName}" is no server group's name; it must be like app-stack-detail-v001.`);
  return moniker.cluster;
}

/** Adds the claim of a region to an operation's description. */
export function withClaim(description: JsonObject, claims: ClusterClaims): JsonObject {
  const claim = claims[String(description['region'])];
  return claim ? { ...description, clusterLock: { holder: claim.holder, epoch: claim.epoch } } : description;
}
