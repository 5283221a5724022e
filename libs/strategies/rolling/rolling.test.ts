import { expectPipeline, pipeline } from '@gennaker/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundOf, rollingSteps } from './steps.ts';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const rolling = (settings: object = {}, desired = 4) =>
  expectPipeline(
    pipeline('hello', 'rolling').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...cluster,
          image: 'hello-2',
          capacity: { min: desired, max: desired, desired },
          strategy: 'rolling',
          ...settings,
        },
      ],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb');
const sizes = (result: {
  serverGroups: readonly { name: string; isDisabled: boolean; instances: readonly unknown[] }[];
}) =>
  result.serverGroups.map(({ name, isDisabled, instances }) => [
    name,
    isDisabled ? 'dark' : 'serves',
    instances.length,
  ]);

describe('the sizes of a rolling deploy', () => {
  it('are one more, one less, until all have moved', () => {
    expect(rollingSteps(2, 2, { surge: 1, unavailable: 0 })).toEqual([
      { group: 'new', size: 1, newSize: 1 },
      { group: 'old', size: 1, newSize: 1 },
      { group: 'new', size: 2, newSize: 2 },
      { group: 'old', size: 0, newSize: 2 },
    ]);
  });

  it('begin with the old one where none may be beyond', () => {
    expect(rollingSteps(2, 2, { surge: 0, unavailable: 1 })[0]).toEqual({ group: 'old', size: 1, newSize: 0 });
  });

  it('stay within their bounds and come to their end, whatever the sizes', () => {
    const size = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(size, size, fc.nat(10), fc.nat(10), (from, to, surge, unavailable) => {
        fc.pre(surge + unavailable > 0);
        let [old, made] = [from, 0];
        for (const step of rollingSteps(from, to, { surge, unavailable })) {
          expect(step.newSize).toBe(step.group === 'new' ? step.size : made);
          if (step.group === 'new') made = step.size;
          else old = step.size;
          expect(old + made).toBeLessThanOrEqual(Math.max(from, to) + surge);
          expect(old + made).toBeGreaterThanOrEqual(Math.min(from, to) - unavailable);
        }
        expect([old, made]).toEqual([0, to]);
      }),
    );
  });

  it('have bounds in instances, or in per cent: a surplus rounded up, a lack rounded down', () => {
    expect([boundOf('25%', 10, 'up'), boundOf('25%', 10, 'down'), boundOf(2, 10, 'up')]).toEqual([3, 2, 2]);
  });
});

describe('a rolling deploy', () => {
  it('moves instance by instance, and leaves the old server group empty and without traffic', async () => {
    const result = await rolling({}, 3)
      .withServerGroup({ ...cluster, image: 'hello-1', instances: 3 })
      .toSucceed();
    expect(sizes(result)).toEqual([
      ['hello-prod-v000', 'dark', 0],
      ['hello-prod-v001', 'serves', 3],
    ]);
    expect(result.serverGroups.every(({ holds }) => holds === undefined)).toBe(true);
    expect(
      result.operations
        .filter(({ name }) => name === 'resizeServerGroup')
        .map(({ description }) => `${description['serverGroupName']} ${JSON.stringify(description['capacity'])}`),
    ).toHaveLength(6);
  });

  it('gives the new server group its size where nothing was before', async () => {
    expect(sizes(await rolling().toSucceed())).toEqual([['hello-prod-v000', 'serves', 4]]);
  });

  it('gives everything back when the new instances are not healthy', async () => {
    const result = await rolling({ stageTimeoutMs: 30 * 60_000 }, 2)
      .withServerGroup({ ...cluster, image: 'hello-1', instances: 2 })
      .whenHealthFails('hello-prod-v001')
      .toRollBack();
    expect(sizes(result)[0]).toEqual(['hello-prod-v000', 'serves', 2]);
  });

  it('is refused where nothing could move', async () => {
    await rolling({ maxSurge: 0 }, 2)
      .withServerGroup({ ...cluster, image: 'hello-1', instances: 2 })
      .toFail({ reason: /maxSurge/ });
  });
});
