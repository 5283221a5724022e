import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { SimulatedWorld } from '@gennaker/simulation/simulated-world';
import { expect } from 'vitest';
import { pipeline } from './pipeline.ts';

/** What goes wrong, or what somebody does, so many seconds after the deploy began. */
export type Trouble = { readonly after: number } & (
  | { readonly kind: 'orca-crashes' }
  | { readonly kind: 'operation-fails'; readonly operationType: 'insert' | 'patch' | 'delete' }
  | { readonly kind: 'request-fails'; readonly count: number }
  | { readonly kind: 'new-never-healthy' }
  | { readonly kind: 'new-flaps'; readonly seconds: number }
  | { readonly kind: 'slow-boot'; readonly seconds: number }
  | { readonly kind: 'boot-fails'; readonly count: number }
  | { readonly kind: 'new-answers-errors' }
  | { readonly kind: 'cancelled' }
);

/** A deploy beside a server group that serves, with trouble. */
export interface Trial {
  /** Strategy with its settings. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Instances of the old and of the new server group. */
  readonly size: number;
  readonly troubles: readonly Trouble[];
  /** Instances that the strategy may let be missing. */
  readonly mayMiss?: number;
}

/** What a trial came to. */
export interface TrialResult {
  readonly status: string;
  readonly reason: string | undefined;
  readonly serverGroups: readonly ServerGroup[];
  /** Least capacity that served at any second, in instances; what trouble itself took counts as serving. */
  readonly least: number;
  readonly most: number;
}

/** Within this time a load balancer of a trial knows how an instance is, ms. */
const FINDS_OUT_MS = 5_000;
const START = Date.parse('2026-01-05T09:00:00Z');
const DAY_MS = 24 * 60 * 60_000;
/** A trial takes far less than this of real time, ms; one that goes round in circles takes for ever. */
const REAL_MS = 30_000;
const OLD = 'hello-prod-v000';
const NEW = 'hello-prod-v001';
const WHERE = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };

/** Plays a trial in virtual time, looking at the load balancer each second. */
export async function playTrial(trial: Trial): Promise<TrialResult> {
  const world = new SimulatedWorld(START);
  await world.cloud.lab.start();
  const { time, cloud, clouddriver } = world;
  const limits = { virtualMs: DAY_MS, realMs: REAL_MS };
  const finish = <T>(work: () => Promise<T>): Promise<T> => time.finish(work, limits);
  await finish(async () => {
    await cloud.makeImage('hello-1');
    await cloud.makeImage('hello-2');
    await clouddriver.change('upsertLoadBalancer', {
      credentials: WHERE.account,
      loadBalancerName: 'hello-lb',
      loadBalancerType: 'HTTP',
      region: 'global',
      portRange: '8080',
      defaultService: {
        healthCheck: {
          name: 'answers',
          healthCheckType: 'HTTP',
          port: 8080,
          requestPath: '/',
          checkIntervalSec: 1,
          timeoutSec: 1,
          healthyThreshold: 1,
          unhealthyThreshold: 2,
        },
      },
    });
    await clouddriver.change('createServerGroup', {
      credentials: WHERE.account,
      ...{ application: WHERE.application, stack: WHERE.stack, region: WHERE.region },
      image: 'hello-1',
      capacity: { min: trial.size, max: trial.size, desired: trial.size },
      loadBalancers: ['hello-lb'],
    });
    await time.sleep(60_000);
  });
  const deployed = time.now();
  const run = world.start(
    pipeline('hello', 'trial')
      .stage('deploy', 'Deploy', {
        // Whoever waits longer for health in a trial learns nothing more.
        stageTimeoutMs: 12 * 60_000,
        clusters: [
          {
            ...WHERE,
            image: 'hello-2',
            capacity: { min: trial.size, max: trial.size, desired: trial.size },
            loadBalancers: ['hello-lb'],
            ...trial.description,
          },
        ],
      })
      .json(),
    { type: 'manual' },
  );
  const errors = trial.troubles.find(({ kind }) => kind === 'new-answers-errors');
  const watch = { least: Infinity, most: 0 };
  const second = (): void => {
    if (run.over) return;
    const ill = trial.troubles.some(
      (one) => one.kind === 'new-flaps' && isDuring(time.now() - deployed, one.after, one.seconds),
    );
    const seen = serving(world, ill);
    watch.least = Math.min(watch.least, seen);
    watch.most = Math.max(watch.most, seen);
    const failing = errors !== undefined && time.now() - deployed > errors.after * 1_000;
    cloud.request('hello-lb', { count: 20, tookMs: 5, ...(failing ? { fails: NEW } : {}) });
    time.after(1_000, second);
  };
  second();
  for (const trouble of trial.troubles)
    time.after(trouble.after * 1_000, () => {
      if (!run.over) makeTrouble(world, run, trouble);
    });
  await time
    .until(() => run.over, limits)
    .catch((error: unknown) => {
      throw new Error(
        `The deploy ${error instanceof Error ? error.message : String(error)}: ${JSON.stringify(trial)}`,
        {
          cause: error,
        },
      );
    });
  cloud.order({ kind: 'clear' });
  await finish(async () => {
    await clouddriver.idle();
    // Holds are released, and what was resized boots.
    await time.sleep(5 * 60_000);
    await clouddriver.idle();
  });
  const serverGroups = await finish(() => clouddriver.serverGroups());
  const failed = Object.values(run.state.stages).find(({ status }) => status === 'TERMINAL');
  return { status: run.state.status, reason: failed?.reason?.summary, serverGroups, ...watch };
}

/**
 * Capacity that the load balancer sends requests to, in instances: those of groups that take traffic, by the part of them
 * that does. An instance that is unhealthy by trouble alone counts: nobody's order has taken it.
 */
function serving({ cloud }: SimulatedWorld, ill: boolean): number {
  let capacity = 0;
  for (const listener of cloud.traffic.listeners)
    for (const service of listener.services)
      for (const { group, capacity: share, targets } of service.groups) {
        const old = group.endsWith(OLD);
        const taken = targets.filter(
          ({ accepts, instance }) => accepts || (!old && (ill || cloud.isTroubled(instance))),
        );
        capacity += taken.length * share.scaler;
      }
  return capacity;
}

/** Is it so many ms after the beginning while something lasts, or while the load balancer finds out that it is over? */
function isDuring(ms: number, after: number, seconds: number): boolean {
  return ms >= after * 1_000 && ms <= (after + seconds) * 1_000 + FINDS_OUT_MS;
}

function makeTrouble(world: SimulatedWorld, run: ReturnType<SimulatedWorld['start']>, trouble: Trouble): void {
  const { cloud, time } = world;
  switch (trouble.kind) {
    case 'orca-crashes':
      return run.crash();
    case 'operation-fails':
      return cloud.order({
        kind: 'fail-operation',
        operationType: trouble.operationType,
        code: 'INTERNAL_ERROR',
        message: 'Internal error',
        count: 1,
      });
    case 'request-fails':
      return cloud.order({
        kind: 'fail-request',
        status: 503,
        reason: 'backendError',
        message: 'Backend error',
        count: trouble.count,
      });
    case 'new-never-healthy':
      return cloud.failHealthOf(NEW);
    case 'new-flaps': {
      cloud.sicken(NEW);
      time.after(trouble.seconds * 1_000, () => cloud.heal(NEW));
      return;
    }
    case 'slow-boot':
      return cloud.order({ kind: 'slow-boot', ms: trouble.seconds * 1_000, count: 3 });
    case 'boot-fails':
      return cloud.order({
        kind: 'fail-boot',
        contains: NEW,
        code: 'BOOT_FAILED',
        message: 'No boot',
        count: trouble.count,
      });
    case 'cancelled':
      return run.send({ type: 'Cancel', user: 'tester', reason: 'changed my mind' });
    case 'new-answers-errors':
      return;
    default:
      return trouble satisfies never;
  }
}

/** What must hold whatever went wrong. */
export function expectUnharmed(trial: Trial, result: TrialResult): void {
  const told = `${result.status}: ${result.reason ?? ''}`;
  expect(
    result.serverGroups.flatMap((group) => group.holds ?? []),
    told,
  ).toEqual([]);
  expect(result.least, told).toBeGreaterThanOrEqual(trial.size - (trial.mayMiss ?? 0) - 1e-6);
  const old = result.serverGroups.find(({ name }) => name === OLD);
  const made = result.serverGroups.find(({ name }) => name === NEW);
  const serves = (group: ServerGroup | undefined): boolean =>
    group !== undefined &&
    !group.isDisabled &&
    group.capacity.desired === trial.size &&
    group.instanceCounts.up === trial.size;
  if (result.status === 'SUCCEEDED') return expect(serves(made), told).toBe(true);
  // Whoever cancels finds what was made so far beside what serves.
  if (result.status === 'CANCELED') return expect(serves(old) || serves(made), told).toBe(true);
  expect(serves(old), told).toBe(true);
  expect(made === undefined || made.isDisabled, told).toBe(true);
}
