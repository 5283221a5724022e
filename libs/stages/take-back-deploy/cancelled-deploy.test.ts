import { expectPipeline, pipeline, type PipelineExpectation, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it, vi } from 'vitest';

// Each plays a whole deploy, and the first one loads the simulated world.
vi.setConfig({ testTimeout: 30_000 });

const where = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };
const deploy = (settings: object): PipelineExpectation =>
  expectPipeline(
    pipeline('hello', 'deploy').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...where,
          image: 'hello-2',
          capacity: { min: 2, max: 2, desired: 2 },
          loadBalancers: ['hello-lb'],
          ...settings,
        },
      ],
    }),
  )
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...where, instances: 2, loadBalancers: ['hello-lb'], image: 'hello-1' })
    .withImage('hello-2');
const groups = (result: PipelineResult): string[] =>
  result.serverGroups.map(
    ({ name, isDisabled, instances }) => `${name} ${isDisabled ? 'off' : 'on'} ${instances.length}`,
  );

describe('a deploy that is cancelled', () => {
  it.each([
    ['while the new server group is being made', 150],
    ['while the new one boots', 2_500],
    ['before anything is taken from the older one', 60_000],
  ])('%s leaves what served before, and nothing else', async (_when, afterMs) => {
    const result = await deploy({ strategy: 'redblack', delayBeforeDisableSec: 300 })
      .cancelledAfter(afterMs)
      .toEnd('CANCELED');
    expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
    expect(result.operations[0]?.name).toBe('createServerGroup');
  });

  it.each([
    ['before it has arrived', 5_000],
    ['before its answer has', 15_000],
  ])(
    'leaves nothing over where the new server group was asked for, and the cancellation comes %s',
    async (_when, afterMs) => {
      const result = await deploy({ strategy: 'redblack' })
        .whenAnswersAreSlow(10_000)
        .cancelledAfter(afterMs)
        .toEnd('CANCELED');
      expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
      expect(result.operations[0]?.name).toBe('createServerGroup');
    },
  );

  it('gives back what was taken step by step before the new one goes', async () => {
    const result = await deploy({ strategy: 'rollingredblack', targetPercentages: [50], delayBeforeCleanup: 120 })
      .cancelledAfter(60_000)
      .toEnd('CANCELED');
    expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
    expect(result.serverGroups[0]?.holds).toBeUndefined();
  });

  it('keeps the new one, out of traffic, where its rollback says that it stays', async () => {
    const result = await deploy({
      strategy: 'redblack',
      delayBeforeDisableSec: 300,
      rollback: { destroyLatest: false },
    })
      .cancelledAfter(60_000)
      .toEnd('CANCELED');
    expect(groups(result)).toEqual(['hello-prod-v000 on 2', 'hello-prod-v001 off 2']);
  });

  it('leaves a new one that has taken over already', async () => {
    const result = await deploy({ strategy: 'redblack', scaleDown: true, delayBeforeScaleDownSec: 600 })
      .cancelledAfter(120_000)
      .toEnd('CANCELED');
    expect(groups(result)).toEqual(['hello-prod-v000 off 2', 'hello-prod-v001 on 2']);
  });

  it('is taken back too when another branch of its pipeline fails meanwhile', async () => {
    const both = pipeline('hello', 'both')
      .stage(
        'deploy',
        'Deploy',
        {
          clusters: [
            {
              ...where,
              image: 'hello-2',
              capacity: { min: 1, max: 1, desired: 1 },
              loadBalancers: ['hello-lb'],
              strategy: 'redblack',
              delayBeforeDisableSec: 300,
            },
          ],
        },
        { after: [] },
      )
      .stage('wait', 'Wait', { waitTime: 60 }, { after: [] })
      .stage('checkPreconditions', 'Check', {
        preconditions: [{ type: 'expression', context: { expression: 'false' }, failPipeline: true }],
      });
    const result = await expectPipeline(both)
      .withHttpLoadBalancer('hello-lb')
      .withServerGroup({ ...where, instances: 2, loadBalancers: ['hello-lb'], image: 'hello-1' })
      .withImage('hello-2')
      .toEnd('TERMINAL');
    expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
  });
});
