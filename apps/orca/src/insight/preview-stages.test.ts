import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { notFound } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { PostedStage } from '@gennaker/engine/create';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { describe, expect, it } from 'vitest';
import { definitionMap, type World } from '../world.ts';
import { previewStages } from './preview-stages.ts';

const place = { account: 'local-gce', region: 'us-central1' };
const group = (sequence: number, size: number): ServerGroup => ({
  ...place,
  name: `hello-prod-v00${sequence}`,
  cluster: 'hello-prod',
  application: 'hello',
  cloudProvider: 'gce',
  type: 'gce',
  createdTime: sequence,
  isDisabled: false,
  moniker: { app: 'hello', stack: 'prod', cluster: 'hello-prod', sequence },
  capacity: { min: size, max: size, desired: size },
  instanceCounts: { total: size, up: size, down: 0, starting: 0, outOfService: 0, unknown: 0 },
  instances: [],
  loadBalancers: ['hello-lb'],
  seenAt: 1,
});
const groups = [group(1, 2), group(2, 3)];

/** What of a call the services of this test look at. */
interface Asked {
  readonly params: { readonly name: string };
  readonly body: readonly Readonly<Record<string, object>>[];
}

/** Asks what stages would do; `called` has every call that reached a service, by its name. */
async function preview(...job: PostedStage[]) {
  const called: string[] = [];
  const bodies: unknown[] = [];
  const answers: Readonly<Record<string, (args: Asked) => unknown>> = {
    listServerGroups: () => groups,
    getServerGroup: ({ params }) => {
      const found = groups.find(({ name }) => name === params.name);
      if (!found) throw notFound(`There is no server group ${params.name}`);
      return found;
    },
    getInstance: () => ({
      id: 'i1',
      name: 'i1',
      zone: 'us-central1-a',
      healthState: 'Up',
      health: [],
      serverGroup: 'hello-prod-v002',
    }),
    previewOperations: ({ body }) => {
      bodies.push(...body);
      return body.map((entry) => ({
        operation: Object.keys(entry)[0],
        account: 'local-gce',
        changes: ['It is done.'],
        warnings: [],
        problems: [],
      }));
    },
  };
  const service = new Proxy(
    {},
    {
      get: (_, name) => async (args: Asked) => {
        called.push(String(name));
        const answer = answers[String(name)];
        if (!answer) throw new Error(`The test answers no ${String(name)}.`);
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
  const told = await previewStages(world, {
    application: 'hello',
    stages: job,
    by: { user: 'ann', roles: [], admin: false, via: 'anonymous' },
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    signal: new AbortController().signal,
  });
  return { told, bodies, called };
}
const credentials = { credentials: place.account, region: place.region, cloudProvider: 'gce' };

describe('what stages would do', () => {
  it('is told by the cloud, of what the stage would submit: target and size are found as in a run', async () => {
    const { told, bodies } = await preview({
      type: 'resizeServerGroup',
      ...credentials,
      cluster: 'hello-prod',
      target: 'current_asg_dynamic',
      action: 'scale_up',
      scalePct: 50,
    });
    expect(bodies).toEqual([
      {
        resizeServerGroup: {
          credentials: 'local-gce',
          region: 'us-central1',
          serverGroupName: 'hello-prod-v002',
          capacity: { min: 5, max: 5, desired: 5 },
        },
      },
    ]);
    expect(told).toEqual([
      { operation: 'resizeServerGroup', account: 'local-gce', changes: ['It is done.'], warnings: [], problems: [] },
    ]);
  });

  it('takes no lock and submits nothing', async () => {
    const { called } = await preview({
      type: 'destroyServerGroup',
      ...credentials,
      serverGroupName: 'hello-prod-v001',
    });
    expect(called).toEqual(['previewOperations']);
  });

  it('is told of every cluster of a deploy', async () => {
    const cluster = (stack: string) => ({ ...place, stack, cloudProvider: 'gce', image: 'hello-2', strategy: 'none' });
    const { bodies, told } = await preview({ type: 'deploy', clusters: [cluster('prod'), cluster('test')] });
    expect(told.flatMap(({ problems, warnings }) => [...problems, ...warnings])).toEqual([]);
    expect(bodies).toMatchObject([
      { createServerGroup: { application: 'hello', stack: 'prod', image: 'hello-2', credentials: 'local-gce' } },
      { createServerGroup: { application: 'hello', stack: 'test' } },
    ]);
  });

  it('says of which stage it is told, where stages have names', async () => {
    const destroy = (serverGroupName: string) => ({ type: 'destroyServerGroup', ...credentials, serverGroupName });
    const { told } = await preview(
      { ...destroy('hello-prod-v001'), name: 'Destroy hello-prod-v001' },
      { ...destroy('hello-prod-v002'), name: 'Destroy hello-prod-v002' },
    );
    expect(told.map(({ stage }) => stage)).toEqual(['Destroy hello-prod-v001', 'Destroy hello-prod-v002']);
  });

  it('is asked of the cloud about all stages at once, so that guards judge them together', async () => {
    const disable = (serverGroupName: string) => ({ type: 'disableServerGroup', ...credentials, serverGroupName });
    const { told, bodies, called } = await preview(disable('hello-prod-v001'), disable('hello-prod-v002'));
    expect(called).toEqual(['previewOperations']);
    expect(bodies).toMatchObject([
      { disableServerGroup: { serverGroupName: 'hello-prod-v001' } },
      { disableServerGroup: { serverGroupName: 'hello-prod-v002' } },
    ]);
    expect(told).toHaveLength(2);
  });

  it('is told of each stage by itself, also after one that cannot go', async () => {
    const { told } = await preview(
      { type: 'disableServerGroup', ...credentials, cluster: 'hello-test', target: 'current_asg_dynamic' },
      { type: 'disableServerGroup', ...credentials, serverGroupName: 'hello-prod-v001' },
    );
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({ operation: 'disableServerGroup', account: 'local-gce', changes: [] });
    expect(told[0]?.problems.join()).toContain('hello-test');
    expect(told[1]?.changes).toEqual(['It is done.']);
  });

  it('cannot be told of settings that do not fit: which field, and why', async () => {
    const { told } = await preview({ type: 'deploy', clusters: 'none' }, { type: 'rebootInstances', ...credentials });
    expect(told[0]?.problems.join()).toContain('clusters');
    expect(told[1]?.problems.join()).toContain('names no instance');
  });

  it('is nothing where a stage ends without a change, and a wait where it would wait', async () => {
    const { told } = await preview({ type: 'noop' }, { type: 'wait', waitTime: 30 });
    expect(told[0]).toEqual({ operation: 'noop', account: '', changes: [], warnings: [], problems: [] });
    expect(told[1]?.warnings.join()).toContain('It would wait first');
  });

  it('cannot be told of a stage that changes something by other means', async () => {
    const { told } = await preview({ type: 'webhook', url: 'http://example.test/', method: 'POST' });
    expect(told[0]?.problems.join()).toContain('not called while it is only asked');
  });
});
