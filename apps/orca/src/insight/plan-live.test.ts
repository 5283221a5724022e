import type { ClusterLock } from '@gennaker/contracts/cluster-locks';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { replacedText } from '@gennaker/contracts/live-plan';
import { planPreview } from '@gennaker/engine/insight/plan-preview';
import type { FinishedRun } from '@gennaker/engine/insight/predict';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { describe, expect, it } from 'vitest';
import { definitionMap, engineEnv, type World } from '../world.ts';
import { livePlan } from './plan-live.ts';

const place = { account: 'local-gce', region: 'us-central1' };
const group = (sequence: number, size: number, healthy = true): ServerGroup => ({
  ...place,
  name: `hello-prod-v00${sequence}`,
  cluster: 'hello-prod',
  application: 'hello',
  cloudProvider: 'gce',
  type: 'gce',
  createdTime: sequence,
  image: `hello-${sequence}`,
  isDisabled: false,
  moniker: { app: 'hello', stack: 'prod', cluster: 'hello-prod', sequence },
  capacity: { min: size, max: size, desired: size },
  instanceCounts: { total: size, up: size, down: 0, starting: 0, outOfService: 0, unknown: 0 },
  instances: Array.from({ length: size }, (_, at) => ({
    id: `i${at}`,
    name: `i${at}`,
    zone: 'us-central1-a',
    healthState: 'Up' as const,
    health: [
      {
        type: 'GoogleLoadBalancer',
        state: healthy ? ('Up' as const) : ('Down' as const),
        healthClass: 'load balancer',
      },
    ],
  })),
  loadBalancers: ['hello-lb'],
  seenAt: 1,
});

interface Live {
  readonly groups?: readonly ServerGroup[];
  readonly locks?: readonly ClusterLock[];
  /** Problems that the cloud has with operations, by their names. */
  readonly problems?: Readonly<Record<string, string>>;
  readonly history?: readonly FinishedRun[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly down?: boolean;
}
interface Asked {
  readonly body: readonly Readonly<Record<string, object>>[];
}

/** Plans a pipeline of these stages; `called` has every call that reached a service, by its name. */
async function planOf(list: readonly Readonly<Record<string, unknown>>[], live: Live = {}) {
  const called: string[] = [];
  const bodies: unknown[] = [];
  const answers: Readonly<Record<string, (args: Asked) => unknown>> = {
    listServerGroups: () => live.groups ?? [group(1, 2), group(2, 3)],
    getPipeline: () => ({ id: 'p2', name: 'By hand', application: 'hello', stages: [] }),
    listLocks: () => live.locks ?? [],
    foreseeOperations: () => ({ groups: [], guarded: false, passed: [] }),
    previewOperations: ({ body }) => {
      bodies.push(...body);
      return body.map((entry) => {
        const [operation = ''] = Object.keys(entry);
        const problem = live.problems?.[operation];
        return {
          operation,
          account: place.account,
          changes: ['It is done.'],
          warnings: [],
          problems: problem ? [problem] : [],
        };
      });
    },
  };
  const service = new Proxy(
    {},
    {
      get: (_, name) => async (args: Asked) => {
        called.push(String(name));
        const answer = answers[String(name)];
        if (live.down || !answer) throw new ServiceError(503, `${String(name)} does not answer`);
        return answer(args);
      },
    },
  );
  const world: World = {
    clock: { now: () => 1_700_000_000_000, after: () => () => {} },
    definitions: definitionMap(Object.values(stages)),
    strategies: Object.values(strategies),
    ports: { clouddriver: service, front50: service, igor: service, rosco: service, orca: service } as unknown as Ports,
  };
  const plan = planPreview(
    {
      type: 'PIPELINE',
      application: 'hello',
      name: 'Deliver',
      document: { stages: list },
      trigger: { type: 'manual', parameters: { ...live.parameters } },
    },
    engineEnv(world),
  );
  const told = await livePlan(
    world,
    plan,
    {
      by: { user: 'ann', roles: [], admin: false, via: 'anonymous' },
      traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      signal: new AbortController().signal,
    },
    live.history ?? [],
  );
  return { told, called, bodies };
}

const cluster = (more: Readonly<Record<string, unknown>> = {}) => ({
  ...place,
  stack: 'prod',
  cloudProvider: 'gce',
  capacity: { min: 4, max: 4, desired: 4 },
  loadBalancers: ['hello-lb'],
  strategy: 'redblack',
  ...more,
});
const deploy = (more: Readonly<Record<string, unknown>> = {}, stage: Readonly<Record<string, unknown>> = {}) => ({
  type: 'deploy',
  name: 'Deploy',
  refId: '1',
  clusters: [cluster(more)],
  ...stage,
});
const on = (...requisiteStageRefIds: string[]) => ({ refId: '2', requisiteStageRefIds });
const disable = {
  type: 'disableServerGroup',
  name: 'Disable',
  cloudProvider: 'gce',
  credentials: place.account,
  region: place.region,
  serverGroupName: 'hello-prod-v002',
};

describe('a plan against live state', () => {
  it('names the server group that a deploy would make, what serves now, and what the strategy then does', async () => {
    const { told, bodies } = await planOf([deploy({ image: 'hello-3' })]);
    expect(told?.stages).toHaveLength(1);
    const [stage] = told?.stages ?? [];
    expect(stage).toMatchObject({ stageRefId: '1', name: 'Deploy', problems: [], locks: [], notes: [] });
    expect(stage?.deploys).toMatchObject([
      {
        ...place,
        cluster: 'hello-prod',
        serverGroupName: 'hello-prod-v003',
        image: 'hello-3',
        capacity: { desired: 4 },
        strategy: 'redblack',
        replaces: { serverGroupName: 'hello-prod-v002', capacity: { desired: 3 }, image: 'hello-2' },
      },
    ]);
    const steps = stage?.deploys[0]?.steps ?? [];
    expect(steps[0]).toBe('Make hello-prod-v003 with 4 instances of hello-3');
    expect(steps[1]).toBe('Wait until it is healthy');
    expect(steps.join()).toContain('Disable older server groups');
    expect(stage?.operations).toMatchObject([{ operation: 'createServerGroup', changes: ['It is done.'] }]);
    expect(bodies).toMatchObject([{ createServerGroup: { image: 'hello-3', stack: 'prod' } }]);
  });

  it('replaces what answers requests, and not a newcomer that never got healthy', async () => {
    const replaced = async (...groups: ServerGroup[]) =>
      (await planOf([deploy({ image: 'hello-3' })], { groups })).told?.stages[0]?.deploys[0];
    const behind = await replaced(group(1, 2), group(2, 3, false));
    expect(behind?.replaces).toMatchObject({ serverGroupName: 'hello-prod-v001', healthy: 2 });
    const alone = await replaced(group(2, 3, false));
    expect(alone && replacedText(alone)).toBe(
      'hello-prod-v002 gets the requests, and none of its 3 instances of hello-2 is healthy',
    );
  });

  it('has the steps of every strategy that makes a server group, each with the names as they would be', async () => {
    for (const { type, insteadStages } of Object.values(strategies)) {
      if (insteadStages) continue;
      const settings = type === 'monitored' ? { deploySteps: [50, 100], monitorSeconds: 10 } : {};
      const { told } = await planOf([deploy({ image: 'hello-3', strategy: type, ...settings })]);
      const [made] = told?.stages[0]?.deploys ?? [];
      expect(made?.steps[0], type).toMatch(/^Make hello-prod-v003 with/);
      if (type !== 'none') expect(made?.steps.length, type).toBeGreaterThan(2);
      expect(told?.stages[0]?.notes, type).toEqual([]);
    }
  });

  it('only looks: nothing is submitted, no lock is taken, whatever the stages are', async () => {
    const { called } = await planOf([
      deploy({ image: 'hello-3' }),
      { ...disable, ...on('1') },
      { type: 'bake', name: 'Bake', refId: '3', package: 'hello', region: 'us-central1', cloudProviderType: 'gce' },
      { type: 'pipeline', name: 'Other', refId: '4', application: 'hello', pipeline: 'p2' },
    ]);
    expect(new Set(called)).toEqual(
      new Set(['foreseeOperations', 'getPipeline', 'listServerGroups', 'previewOperations', 'listLocks']),
    );
  });

  it('says that the image comes from a bake, asks no cloud about it, and tells all else', async () => {
    const { told, bodies } = await planOf([
      { type: 'bake', name: 'Bake', refId: '1', package: 'hello', region: 'us-central1', cloudProviderType: 'gce' },
      deploy({}, on('1')),
    ]);
    expect(told?.stages).toHaveLength(1);
    expect(told?.stages[0]).toMatchObject({ problems: [], operations: [] });
    expect(told?.stages[0]?.notes).toEqual(['Only a run can tell the image that "Bake" gives']);
    expect(told?.stages[0]?.deploys[0]).toMatchObject({ serverGroupName: 'hello-prod-v003' });
    expect(told?.stages[0]?.deploys[0]).not.toHaveProperty('image');
    expect(bodies).toEqual([]);
  });

  it('finds the image as the stage in front would find it now', async () => {
    const find = {
      type: 'findImage',
      name: 'Find',
      refId: '1',
      cloudProvider: 'gce',
      credentials: place.account,
      cluster: 'hello-prod',
      regions: [place.region],
      selectionStrategy: 'NEWEST',
    };
    const { told, bodies } = await planOf([find, deploy({}, on('1'))]);
    expect(told?.stages.find(({ stageRefId }) => stageRefId === '1')?.notes.join()).toContain('hello-2');
    expect(told?.stages.find(({ stageRefId }) => stageRefId === '2')?.deploys).toMatchObject([{ image: 'hello-2' }]);
    expect(bodies).toMatchObject([{ createServerGroup: { image: 'hello-2' } }]);
    const none = await planOf([find, deploy({}, on('1'))], { groups: [] });
    expect(none.told?.stages[0]?.problems.join()).toContain('no image to take');
    expect(none.told?.stages[1]).toMatchObject({ problems: [], deploys: [{ serverGroupName: 'hello-prod-v000' }] });
  });

  it('says that it does not know what the pipeline of a custom strategy takes away', async () => {
    const custom = { strategy: 'custom', strategyApplication: 'hello', strategyPipeline: 'p2' };
    const { told } = await planOf([deploy(custom)]);
    expect(told?.stages[0]?.notes).toContain(
      'Strategy custom deploys by a pipeline: what that takes away is not known before it runs',
    );
    expect(told?.stages[0]?.notes.join()).toContain('traffic guards are asked when it does it');
  });

  it('says which fields rest on the run, and does not try with half of them', async () => {
    const { told, called } = await planOf([
      { type: 'wait', name: 'First', refId: '1', waitTime: 1 },
      { ...disable, ...on('1'), serverGroupName: "${ #stage('First')['outputs']['name'] }" },
    ]);
    expect(told?.stages[0]?.notes.join()).toContain('serverGroupName');
    expect(called).toEqual(['listLocks']);
  });

  it('takes parameters as given', async () => {
    const { told } = await planOf([deploy({ image: '${ parameters.image }' })], { parameters: { image: 'hello-9' } });
    expect(told?.stages[0]?.deploys[0]?.image).toBe('hello-9');
  });

  it('has what a guard says as a problem; where a stage in front changes the same cluster, as a note', async () => {
    const problems = { disableServerGroup: 'hello-prod would keep 0 of 3; deploy first' };
    const alone = await planOf([{ ...disable, refId: '1' }], { problems });
    expect(alone.told?.stages[0]?.problems).toEqual([problems.disableServerGroup]);
    const { told } = await planOf([deploy({ image: 'hello-3' }), { ...disable, ...on('1') }], { problems });
    expect(told?.stages[1]?.problems).toEqual([]);
    expect(told?.stages[1]?.notes.join()).toContain('This is told as things are before "Deploy"');
    expect(told?.stages[1]?.notes.join()).toContain(`Before "Deploy" it would not go: ${problems.disableServerGroup}`);
  });

  it('counts on what deploys in front make', async () => {
    const { told } = await planOf([deploy({ image: 'hello-3' }), deploy({ image: 'hello-4' }, on('1'))]);
    expect(told?.stages.flatMap(({ deploys }) => deploys.map((one) => one.serverGroupName))).toEqual([
      'hello-prod-v003',
      'hello-prod-v004',
    ]);
  });

  it('says who changes the cluster now', async () => {
    const lock: ClusterLock = {
      ...place,
      cluster: 'hello-prod',
      holder: 'x/y',
      reason: 'Deploy of "Deliver"',
      epoch: 1,
      expires: 1,
      waiting: [{ holder: 'z', reason: '' }],
    };
    const { told } = await planOf([deploy({ image: 'hello-3' })], { locks: [lock, { ...lock, cluster: 'other' }] });
    expect(told?.stages[0]?.locks).toHaveLength(1);
    expect(told?.stages[0]?.locks[0]).toMatch(/hello-prod in us-central1.*Deploy of "Deliver".*1 more/);
  });

  it('has how long the stage took before', async () => {
    const run = (durationMs: number): FinishedRun => ({
      durationMs,
      stages: [{ refId: '1', type: 'deploy', durationMs }],
    });
    const { told } = await planOf([deploy({ image: 'hello-3' })], { history: [run(10), run(20), run(30)] });
    expect(told?.stages[0]?.durationMs).toEqual({ p50: 20, p90: 30, basis: 3 });
  });

  it('says that live state is unknown while clouddriver is away', async () => {
    const { told } = await planOf([deploy({ image: 'hello-3' })], { down: true });
    expect(told).toMatchObject({ stages: [], unknown: { summary: expect.stringContaining('Live state is unknown') } });
  });

  it('asks nobody where no stage has to do with clouds', async () => {
    const { told, called } = await planOf([{ type: 'wait', name: 'Wait', refId: '1', waitTime: 1 }]);
    expect(told).toBeUndefined();
    expect(called).toEqual([]);
  });
});
