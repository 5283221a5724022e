import { plannedGuardText, type LiveStage } from '@gennaker/contracts/live-plan';
import { type TrafficGuard, trafficGuardSchema } from '@gennaker/contracts/traffic-guards';
import { planPreview } from '@gennaker/engine/insight/plan-preview';
import { failureOf } from '@gennaker/simulation/lab-findings';
import { SimulatedWorld } from '@gennaker/simulation/simulated-world';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionMap, engineEnv, type World } from '../world.ts';
import { livePlan } from './plan-live.ts';

const LIMITS = { virtualMs: 6 * 60 * 60_000, realMs: 20_000 };
const at = { account: 'local-gce', region: 'us-central1', stack: 'prod', cloudProvider: 'gce' };
const size = (desired: number) => ({ min: desired, max: desired, desired });

interface Deploy {
  readonly strategy: string;
  /** Instances that serve before, and those that are described. */
  readonly before: number;
  readonly after: number;
  readonly percentage?: number | undefined;
  readonly settings?: object;
  /** Server groups of the cluster; absent: one. */
  readonly older?: number;
  /** What becomes of the oldest of them before; absent: it serves like the others. */
  readonly oldest?: 'dark' | 'half' | undefined;
}

const guardOf = (minCapacityPercentage?: number): TrafficGuard =>
  trafficGuardSchema.parse({ account: '*', location: '*', stack: '*', detail: '*', minCapacityPercentage });

/** A cluster that serves, its guards, and a pipeline that deploys to it. */
async function simulated({ strategy, before, after, percentage, settings, older = 1, oldest }: Deploy) {
  const world = new SimulatedWorld(Date.UTC(2026, 0, 5, 9));
  const { time, cloud, clouddriver } = world;
  await cloud.lab.start();
  const { account, ...place } = at;
  await time.finish(async () => {
    await cloud.makeImage('hello-1');
    await cloud.makeImage('hello-2');
    await clouddriver.change('upsertLoadBalancer', {
      ...{ credentials: account, loadBalancerName: 'hello-lb', loadBalancerType: 'HTTP' },
      ...{ region: 'global', portRange: '8080' },
      defaultService: {
        healthCheck: {
          ...{ name: 'answers', healthCheckType: 'HTTP', port: 8080, requestPath: '/' },
          ...{ checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 2 },
        },
      },
    });
    for (let made = 0; made < older; made += 1)
      await clouddriver.change('createServerGroup', {
        ...{ credentials: account, ...place, application: 'hello', image: 'hello-1', loadBalancers: ['hello-lb'] },
        capacity: size(before),
      });
    await time.sleep(60_000);
    if (oldest !== undefined)
      await clouddriver.change('disableServerGroup', {
        ...{ credentials: account, region: at.region, serverGroupName: 'hello-prod-v000' },
        ...(oldest === 'half' ? { desiredPercentage: 50 } : {}),
      });
  }, LIMITS);
  clouddriver.guards.trafficGuards.push(guardOf(percentage));
  const cluster = {
    ...{ ...at, application: 'hello', image: 'hello-2', loadBalancers: ['hello-lb'], strategy, ...settings },
    capacity: size(after),
  };
  const pipeline = {
    ...{ id: 'deliver', application: 'hello', name: 'Deliver' },
    stages: [{ refId: '1', type: 'deploy', name: 'Deploy', requisiteStageRefIds: [], clusters: [cluster] }],
  };
  return { world, pipeline };
}

type Simulated = Awaited<ReturnType<typeof simulated>>;

/** What the plan says of the deploy. */
async function planned({ world, pipeline }: Simulated): Promise<LiveStage> {
  const { ports, clock, time } = world;
  const clouddriver = Object.assign(Object.create(ports.clouddriver) as typeof ports.clouddriver, {
    listLocks: async () => [],
    previewOperations: async ({ body }: { body: readonly object[] }) =>
      body.map((entry) => ({
        ...{ operation: Object.keys(entry)[0] ?? '', account: at.account },
        ...{ changes: [], warnings: [], problems: [] },
      })),
  });
  const orca: World = {
    clock,
    definitions: definitionMap(Object.values(stages)),
    strategies: Object.values(strategies),
    ports: { ...ports, clouddriver },
  };
  const plan = planPreview(
    {
      ...{ type: 'PIPELINE', application: 'hello', name: 'Deliver', document: { stages: pipeline.stages } },
      trigger: { type: 'manual' },
    },
    engineEnv(orca),
  );
  const asking = {
    by: { user: 'ann', roles: [], admin: false, via: 'anonymous' as const },
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    signal: new AbortController().signal,
  };
  const live = await time.finish(() => livePlan(orca, plan, asking, []), LIMITS);
  const [stage] = live?.stages ?? [];
  if (!stage) throw new Error('The plan looked at no stage');
  return stage;
}

/** The first refusal that a run of the deploy meets; or else why it fails. */
async function refusedIn({ world, pipeline }: Simulated): Promise<string | undefined> {
  const run = world.start(pipeline, { type: 'manual' });
  await world.time.until(() => run.over, LIMITS);
  if (run.state.status === 'SUCCEEDED') return undefined;
  const refused = Object.values(run.state.stages)
    .flatMap(({ tasks }) => tasks)
    .filter(({ reason }) => reason?.summary.startsWith('A traffic guard refuses'))
    .toSorted((a, b) => (a.endTime ?? 0) - (b.endTime ?? 0));
  return (refused[0]?.reason ?? failureOf(run.state))?.summary;
}

const guardsOf = (stage: LiveStage) => stage.deploys.flatMap(({ guards }) => guards);
const forth = (stage: LiveStage) => guardsOf(stage).filter(({ goingBack }) => !goingBack);
const refusedBeforehand = (stage: LiveStage) =>
  forth(stage).find(({ outcome }) => outcome === 'refuses')?.reason.summary;

/** Nobody sends requests, so that traffic is not judged. */
const settingsOf: Readonly<Record<string, object>> = {
  redblack: { scaleDown: true, maxRemainingAsgs: 2 },
  highlander: {},
  rolling: { maxSurge: 1, maxUnavailable: 0 },
  'rolling with less': { strategy: 'rolling', maxSurge: 0, maxUnavailable: 2 },
  rollingredblack: { targetPercentages: [50] },
  canary: { canary: { by: 'traffic', steps: [{ percentage: 50, waitSeconds: 1 }], whenUndecided: 'goOn' } },
  'canary by instances': {
    strategy: 'canary',
    canary: { by: 'instances', steps: [{ percentage: 50, waitSeconds: 1 }], whenUndecided: 'goOn' },
    scaleDown: true,
  },
  monitored: { deploySteps: [50], analysisSeconds: 1, whenUndecided: 'goOn' },
};

describe('guards in a plan', () => {
  it('say of each step that takes capacity away what it would leave', async () => {
    const stage = await planned(await simulated({ strategy: 'redblack', before: 2, after: 2, percentage: 60 }));
    expect(stage.problems).toEqual([]);
    const [deploy] = stage.deploys;
    const told = deploy?.guards.map((guard) => [deploy.steps[guard.step], plannedGuardText(guard)]);
    expect(told).toEqual([
      [
        'Disable older server groups',
        'Traffic guards let disableServerGroup pass: 2 of the 4 healthy instances that serve in hello-prod would be left',
      ],
    ]);
  });

  it('refuse a step beforehand with guard, numbers and way out, and nothing is told of what would follow', async () => {
    const stage = await planned(
      await simulated({
        ...{ strategy: 'redblack', before: 4, after: 1, percentage: 60 },
        settings: { scaleDown: true },
      }),
    );
    const [refused, ...more] = forth(stage);
    expect(more).toEqual([]);
    expect(refused?.reason.summary).toMatch(/refuses disableServerGroup: 1 of the 5 .* stack \*.* 60 % of 4 \(2\.4\)/);
    expect(refused?.reason.next).toContain('edit the guard');
    expect(stage.problems).toHaveLength(1);
    expect(stage.problems[0]).toMatch(/^Step 3 of hello-prod-v001 \(Disable older server groups\): .*edit the guard/);
  });

  it('say that the way back would be refused where the new server group is larger than what it replaces', async () => {
    const stage = await planned(await simulated({ strategy: 'redblack', before: 1, after: 4, percentage: 80 }));
    expect(stage.problems).toEqual([]);
    const back = guardsOf(stage).filter(({ goingBack }) => goingBack);
    expect(back[0]).toMatchObject({ outcome: 'refuses', step: 1 });
    expect(stage.notes.join()).toContain('could not be taken back wholly');
  });

  it('are silent where no guard holds for the cluster', async () => {
    const deploy = await simulated({ strategy: 'highlander', before: 1, after: 1 });
    deploy.world.clouddriver.guards.trafficGuards.length = 0;
    expect(guardsOf(await planned(deploy))).toEqual([]);
  });

  it('name what only a run can tell: what a pipeline of the strategy does', async () => {
    const verify = { verify: { pipelineId: 'smoke' } };
    const stage = await planned(await simulated({ strategy: 'redblack', before: 1, after: 1, settings: verify }));
    expect(forth(stage)[0]).toMatchObject({ outcome: 'unknown' });
    expect(forth(stage).at(-1)).toMatchObject({ outcome: 'passes' });
  });

  it('say in every strategy that a step is refused just when a run of it is refused, and in the same words', async () => {
    const deploys: fc.Arbitrary<Deploy> = fc.record({
      strategy: fc.constantFrom(...Object.keys(settingsOf)),
      before: fc.integer({ min: 1, max: 4 }),
      after: fc.integer({ min: 1, max: 4 }),
      older: fc.integer({ min: 1, max: 2 }),
      oldest: fc.constantFrom(undefined, 'dark' as const, 'half' as const),
      percentage: fc.constantFrom(undefined, 40, 75, 100),
    });
    const check = async (deploy: Deploy): Promise<void> => {
      const one = await simulated({ ...deploy, settings: settingsOf[deploy.strategy] ?? {} });
      const stage = await planned(one);
      expect(forth(stage).filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
      expect(refusedBeforehand(stage)).toBe(await refusedIn(one));
    };
    await fc.assert(fc.asyncProperty(deploys, check), {
      numRuns: 10,
      examples: Object.keys(settingsOf).map((strategy): [Deploy] => [
        { strategy, before: 4, after: 3, older: 1, percentage: 100 },
      ]),
    });
  });
});
