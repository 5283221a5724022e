import { expectPipeline, pipeline } from '@gennaker/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instancesFor, weightFor } from './shares.ts';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const deploy = (canary: object = {}) =>
  expectPipeline(
    pipeline('hello', 'canary').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...cluster,
          image: 'hello-2',
          capacity: { min: 4, max: 4, desired: 4 },
          strategy: 'canary',
          canary: {
            steps: [
              { percentage: 10, waitSeconds: 30 },
              { percentage: 50, waitSeconds: 30 },
            ],
            ...canary,
          },
        },
      ],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...cluster, image: 'hello-1', instances: 4 });

describe('the share of a canary', () => {
  it('is never more than asked for, by weight or by instances', () => {
    const size = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), size, size, (percentage, made, old) => {
        const weight = weightFor(percentage, made, old);
        const share = (weight * made) / (weight * made + (100 - percentage) * old);
        expect(weight === 1 || share * 100 <= percentage + 1e-9).toBe(true);
        const instances = instancesFor(percentage, old, made);
        expect(instances === 1 || (instances / (instances + old)) * 100 <= percentage + 1e-9).toBe(true);
        expect(instances).toBeLessThanOrEqual(made);
      }),
    );
  });
});

describe('a canary', () => {
  it('serves a growing share while its traffic is good, then takes over', async () => {
    const result = await deploy().withTraffic('hello-lb', { perSecond: 40, tookMs: 10 }).toSucceed();
    expect(result.serverGroups.map(({ name, isDisabled }) => [name, isDisabled])).toEqual([
      ['hello-prod-v000', true],
      ['hello-prod-v001', false],
    ]);
    expect(
      result.operations
        .filter(({ name }) => name !== 'upsertLoadBalancer')
        .map(({ name, description }) => [
          name,
          description['serverGroupName'] ?? 'new',
          description['desiredPercentage'] ?? 100,
        ]),
    ).toEqual([
      ['createServerGroup', 'new', 100],
      ['enableServerGroup', 'hello-prod-v001', 10],
      ['disableServerGroup', 'hello-prod-v000', 10],
      ['enableServerGroup', 'hello-prod-v001', 50],
      ['disableServerGroup', 'hello-prod-v000', 50],
      ['enableServerGroup', 'hello-prod-v001', 100],
      ['disableServerGroup', 'hello-prod-v000', 100],
    ]);
    expect(result.stage('Watch hello-prod-v001').outputs['trafficReport']).toMatchObject({ complete: true });
  });

  it('is taken back as soon as its requests fail, and the old one serves as before', async () => {
    const result = await deploy()
      .withTraffic('hello-lb', { perSecond: 40, tookMs: 10, fails: 'hello-prod-v001' })
      .toRollBack();
    expect(result.serverGroups[0]).toMatchObject({ name: 'hello-prod-v000', isDisabled: false });
    expect(result.serverGroups.every(({ holds }) => holds === undefined)).toBe(true);
    expect(result.operations.some(({ description }) => description['desiredPercentage'] === 50)).toBe(false);
  });

  it('is taken back when nobody can say whether it is good, unless it may go on then', async () => {
    await deploy().toRollBack();
    await deploy({ whenUndecided: 'goOn' }).toSucceed();
  });

  it('waits for a person where one is to judge', async () => {
    const steps = [{ percentage: 10, waitSeconds: 5, judgment: { instructions: 'Look at the dashboard' } }];
    const asked = () => deploy({ steps, rules: { minRequests: 1 } }).withTraffic('hello-lb', { perSecond: 40 });
    await asked().judging('Judge hello-prod-v001 at 10 %', 'continue').toSucceed();
    await asked().judging('Judge hello-prod-v001 at 10 %', 'stop').toRollBack();
  });

  it('by instances begins with few, beside all of the old ones', async () => {
    const steps = [{ percentage: 20, waitSeconds: 20 }];
    const result = await deploy({ by: 'instances', steps, rules: { minRequests: 1 } })
      .withTraffic('hello-lb', { perSecond: 40 })
      .toSucceed();
    expect(
      result.operations
        .filter(({ name }) => name === 'resizeServerGroup')
        .map(({ description }) => description['capacity']),
    ).toEqual([
      { min: 1, max: 1, desired: 1 },
      { min: 4, max: 4, desired: 4 },
    ]);
  });

  it('is refused with the field when its steps do not rise', async () => {
    await deploy({ steps: [{ percentage: 50 }, { percentage: 10 }] }).toFail({
      reason: /canary\.steps\.1\.percentage/,
    });
  });
});
