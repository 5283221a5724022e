import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { StrategyDefinition } from '@gennaker/extension-sdk/strategy';
import type { PipelineJson } from '@gennaker/simulation/pipeline-json';
import type { PipelineRun } from '@gennaker/simulation/pipeline-run';
import type { InstanceMatch } from '@gennaker/simulation/simulated-cloud';
import { SimulatedWorld } from '@gennaker/simulation/simulated-world';
import { expect } from 'vitest';
import { pipeline } from './pipeline.ts';
import { makeTrouble, NEW, OLD, type Trouble, type TroubledWorld } from './trial-trouble.fixture.ts';
import { FINDS_OUT_MS, TrialWatch, type Watched } from './trial-watch.fixture.ts';

/** A deploy beside a server group that serves, with trouble. */
export interface Trial {
  /** Strategy with its settings. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Instances of the old and of the new server group. */
  readonly size: number;
  readonly troubles: readonly Trouble[];
  /** Instances that the strategy may let be missing. */
  readonly mayMiss?: number;
  /** The instances of the server group that serves are replaced; `heals`: that group looks at their health itself. */
  readonly inPlace?: { readonly heals: boolean };
}

/** What a trial came to. */
export interface TrialResult extends Watched {
  readonly status: string;
  /** Of the second deploy, where there was one. */
  readonly second: string | undefined;
  readonly reason: string | undefined;
  readonly serverGroups: readonly ServerGroup[];
  /** Somebody took the last server group that served by hand. */
  readonly lastTaken: boolean;
}

const START = Date.parse('2026-01-05T09:00:00Z');
const DAY_MS = 24 * 60 * 60_000;
/** A trial takes far less than this of real time, ms; one that goes round in circles takes for ever. */
const REAL_MS = 30_000;
const WHERE = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };

/** Plays a trial in virtual time, looking at the load balancer each second. @param planted strategies that the product has not */
export async function playTrial(trial: Trial, planted: readonly StrategyDefinition[] = []): Promise<TrialResult> {
  const world = new SimulatedWorld(START);
  for (const strategy of planted) world.defineStrategy(strategy);
  await world.cloud.lab.start();
  const { time, cloud, clouddriver } = world;
  const limits = { virtualMs: DAY_MS, realMs: REAL_MS };
  const finish = <T>(work: () => Promise<T>): Promise<T> => time.finish(work, limits);
  await finish(async () => {
    await cloud.makeImage('hello-1');
    await cloud.makeImage('hello-2');
    await cloud.makeImage('hello-3');
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
      ...(trial.inPlace?.heals ? { autoHealingPolicy: { healthCheck: 'answers' } } : {}),
    });
    await time.sleep(60_000);
  });
  const deployed = time.now();
  const start = (image: string): PipelineRun => world.start(deployOf(trial, image), { type: 'manual' });
  const run = start('hello-2');
  let again: PipelineRun | undefined;
  const newcomers: InstanceMatch = trial.inPlace ? ({ image }) => image !== 'hello-1' : NEW;
  const errors = trial.troubles.find(({ kind }) => kind === 'new-answers-errors');
  const watch = new TrialWatch(world, trial.inPlace ? undefined : OLD, trial.size - missing(trial));
  const over = (): boolean => [...world.runs.values()].every((one) => one.over);
  const second = (): void => {
    if (over()) return;
    watch.look(
      trial.troubles.some((one) => one.kind === 'new-flaps' && isDuring(time.now() - deployed, one.after, one.seconds)),
    );
    const failing = errors !== undefined && time.now() - deployed > errors.after * 1_000;
    cloud.request('hello-lb', { count: 20, tookMs: 5, ...(failing ? { fails: newcomers } : {}) });
    time.after(1_000, second);
  };
  second();
  let lastTaken = false;
  const troubled: TroubledWorld = {
    world,
    run,
    size: trial.size,
    newcomers,
    booting: trial.inPlace ? OLD : NEW,
    deployAgain: () => {
      again ??= start('hello-3');
    },
    touched: (name) => {
      lastTaken ||= watch.serving().every((serving) => serving === name);
      watch.touched(name);
    },
  };
  for (const trouble of trial.troubles)
    time.after(trouble.after * 1_000, () => {
      if (!over()) makeTrouble(troubled, trouble);
    });
  await time.until(over, limits).catch((error: unknown) => {
    throw new Error(`The deploy ${error instanceof Error ? error.message : String(error)}: ${JSON.stringify(trial)}`, {
      cause: error,
    });
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
  const { least, most, taken } = watch;
  return {
    status: run.state.status,
    second: again?.state.status,
    reason: failed?.reason?.summary,
    ...{ serverGroups, least, most, taken, lastTaken },
  };
}

function deployOf(trial: Trial, image: string): PipelineJson {
  return pipeline('hello', `trial of ${image}`)
    .stage('deploy', 'Deploy', {
      // Whoever waits longer for health in a trial learns nothing more.
      stageTimeoutMs: 12 * 60_000,
      clusters: [
        {
          ...WHERE,
          image,
          capacity: { min: trial.size, max: trial.size, desired: trial.size },
          loadBalancers: ['hello-lb'],
          ...trial.description,
        },
      ],
    })
    .json();
}

/** Instances that may be missing: by the strategy's settings, or because somebody takes them for good. */
function missing({ mayMiss = 0, troubles }: Trial): number {
  return mayMiss + (troubles.some((one) => one.kind === 'by-hand' && one.deed === 'shrink') ? 1 : 0);
}

/** Is it so many ms after the beginning while something lasts, or while the load balancer finds out that it is over? */
function isDuring(ms: number, after: number, seconds: number): boolean {
  return ms >= after * 1_000 && ms <= (after + seconds) * 1_000 + FINDS_OUT_MS;
}

/** What must hold whatever went wrong. */
export function expectUnharmed(trial: Trial, result: TrialResult): void {
  const { serverGroups } = result;
  const told = `${result.status}, second ${result.second}: ${result.reason ?? ''}; ${serverGroups.map(({ name, image, isDisabled, capacity, instanceCounts }) => `${name} of ${image} ${isDisabled ? 'off' : 'on'} ${instanceCounts.up}/${capacity.desired}`).join(', ')}`;
  expect(
    serverGroups.flatMap((group) => group.holds ?? []),
    told,
  ).toEqual([]);
  const hands = trial.troubles.filter((one) => one.kind === 'by-hand');
  const tookOld = hands.some(({ of }) => of === 'old');
  // What somebody takes by hand is missing; what the deploy itself takes rests on what is healthy all the same.
  if (hands.length === 0) expect(result.least, told).toBeGreaterThanOrEqual(trial.size - missing(trial) - 1e-6);
  if (!tookOld) expect(result.taken, told).toEqual([]);
  if (hands.length > 0) {
    const serves = serverGroups.some(({ isDisabled, instanceCounts }) => !isDisabled && instanceCounts.up > 0);
    return expect(serves || result.lastTaken, told).toBe(true);
  }
  const alone = (image: string): boolean =>
    serverGroups.every(
      (group) =>
        group.isDisabled === (group.image !== image) &&
        (group.isDisabled || (group.capacity.desired === trial.size && group.instanceCounts.up === trial.size)),
    ) && serverGroups.some((group) => group.image === image);
  if (result.second === 'SUCCEEDED') return expect(alone('hello-3'), told).toBe(true);
  if (result.status === 'SUCCEEDED') return expect(alone('hello-2'), told).toBe(true);
  // The second one waits for the first within its own time: when only its clean-up is late, it has taken over and stays.
  if (result.second === 'TERMINAL' && alone('hello-3')) return;
  // One that is cancelled when it has taken over already stays.
  expect(alone('hello-1') || (result.status === 'CANCELED' && alone('hello-2')), told).toBe(true);
}
