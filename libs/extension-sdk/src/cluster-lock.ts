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

/** A lock that an execution works under because its parent holds it; in its trigger under `underLock`. */
const underLockSchema = z.object({
  holder: z.string(),
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
});

/** Who a stage is to others that want the same cluster: the stage of the pipeline that it belongs to, so that a deploy and all that its strategy does hold the cluster together. */
export function lockHolder(context: TaskContext<unknown>): string {
  return `${context.executionId}/${context.stage.topId}`;
}

/** Whose claim a stage uses for a cluster: its own, or that of the deploy which runs its execution as a step of a strategy. */
function holderFor(context: TaskContext<unknown>, place: ClusterPlace): string {
  const parents = underLockSchema.safeParse(context.trigger['underLock']).data;
  return parents && keyOf(parents) === keyOf(place) ? parents.holder : lockHolder(context);
}

/** Has the execution that a stage starts work under the lock that the stage itself is under. */
export function underLockContext(place: ClusterPlace): { readonly underLockOf: ClusterPlace } {
  return { underLockOf: place };
}

const startsUnderSchema = z.looseObject({
  underLockOf: z.object({ account: z.string(), region: z.string(), cluster: z.string() }).optional(),
});

/** What the trigger of an execution that a stage starts says of the lock that it works under. */
export function underLockTrigger(context: TaskContext<unknown>): { underLock?: z.infer<typeof underLockSchema> } {
  const place = startsUnderSchema.safeParse(context.context).data?.underLockOf;
  return place ? { underLock: { ...place, holder: holderFor(context, place) } } : {};
}

/** Claims recorded in a stage's context. */
export function claimsOf(context: { readonly clusterLocks?: unknown }): ClusterClaims {
  return claimsSchema.catch({}).parse(context.clusterLocks ?? {});
}

/** A stage's wish that has to wait, or the claims that it now holds. */
export type LockOutcome = { readonly claims: ClusterClaims } | { readonly waiting: TaskResult };

/** Takes or renews the locks of clusters, in an order that is the same for everybody, so that two stages never wait for each other. */
export async function holdLocks(context: TaskContext<unknown>, places: readonly ClusterPlace[]): Promise<LockOutcome> {
  const claims: ClusterClaims = {};
  for (const place of places.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))) {
    const holder = holderFor(context, place);
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

/** Gives back the locks of the stage of the pipeline that a task belongs to, and its places in their queues. */
async function releaseLocks(
  context: TaskContext<{ readonly clusterLocks?: unknown }>,
  places: readonly ClusterPlace[],
): Promise<void> {
  const held = Object.entries(claimsOf(context.context)).map(([region, claim]) => ({ ...claim, region }));
  const all = new Map([...held, ...places].map((place) => [keyOf(place), place]));
  for (const { account, cluster, region } of all.values())
    await context.ports.clouddriver.releaseLock(
      { params: { account, cluster }, query: { holder: lockHolder(context), region } },
      { signal: context.signal, traceparent: context.traceparent },
    );
}

/** Wraps a task that runs under locks, which are renewed with each run. They are given back when the stage of the pipeline has ended. */
export function underLocks<C extends { readonly clusterLocks?: unknown }>(
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
  task: Omit<TaskDefinition<C>, 'run'> & {
    run(context: TaskContext<C>, claims: ClusterClaims): Promise<TaskResult>;
  },
): TaskDefinition<C> {
  return {
    ...task,
    async run(context) {
      const outcome = await holdLocks(context, places(context));
      if ('waiting' in outcome) return outcome.waiting;
      const result = await task.run(context, outcome.claims);
      return { ...result, context: { clusterLocks: outcome.claims, ...result.context } };
    },
  };
}

/** Waits in the clusters' queues until the stage has their locks; they are given back at the end of the stage of the pipeline that it belongs to. */
export function acquireClusterLock<C extends { readonly clusterLocks?: unknown }>(
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
): TaskDefinition<C> {
  return underLocks(places, {
    name: 'acquireClusterLock',
    run: async (): Promise<TaskResult> => ({ status: 'SUCCEEDED' }),
    onEnd: (context) =>
      // null: given back already by its last step.
      context.context.clusterLocks === null ? Promise.resolve() : releaseLocks(context, namedPlaces(context, places)),
  });
}

/** What the stage names; nothing where it names too little, for then it never asked for a lock. */
function namedPlaces<C>(
  context: TaskContext<C>,
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
): readonly ClusterPlace[] {
  try {
    return places(context);
  } catch {
    return [];
  }
}

/** Gives the stage's locks back before it ends, so that what follows need not wait; a step of a deploy leaves them to the deploy. */
export function releaseClusterLock<C extends { readonly clusterLocks?: unknown }>(): TaskDefinition<C> {
  return {
    name: 'releaseClusterLock',
    async run(context): Promise<TaskResult> {
      if (context.stage.id !== context.stage.topId) return { status: 'SUCCEEDED' };
      await releaseLocks(context, []);
      return { status: 'SUCCEEDED', context: { clusterLocks: null } };
    },
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
