import { expectPipeline, pipeline, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const where = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };
const deploy = (settings: object) =>
  expectPipeline(
    pipeline('hello', 'deploy').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...where,
          image: 'hello-2',
          capacity: { min: 1, max: 1, desired: 1 },
          strategy: 'rollingredblack',
          targetPercentages: [50],
          ...settings,
        },
      ],
    }),
  ).withImage('hello-2');
const done = (result: PipelineResult): string[] =>
  result.operations
    .filter(({ name }) => name !== 'createServerGroup')
    .map(({ name, description }) => {
      const { serverGroupName, capacity, desiredPercentage } = description as {
        serverGroupName: string;
        capacity?: { desired: number };
        desiredPercentage?: number;
      };
      return [name, serverGroupName, capacity?.desired, desiredPercentage]
        .filter((part) => part !== undefined)
        .join(' ');
    });
const running = { ...where, image: 'hello-1', instances: 4 };

describe('a rolling red/black deploy', () => {
  it('grows the new one to a share of the old one, has the pipeline run, then takes as much of the old one', async () => {
    const check = pipeline('hello', 'check')
      .parameter('percentageComplete', { required: true })
      .stage('webhook', 'Ask', { url: 'https://example.com/${parameters.percentageComplete}' });
    const result = await deploy({
      loadBalancers: ['hello-lb'],
      pipelineBeforeCleanup: { application: 'hello', pipelineId: 'check' },
      delayBeforeCleanup: 300,
    })
      .withHttpLoadBalancer('hello-lb')
      .withServerGroup({ ...running, loadBalancers: ['hello-lb'] })
      .withPipeline(check)
      .answering('https://example.com/', { body: {} })
      .toSucceed();
    expect(done(result)).toEqual([
      'resizeServerGroup hello-prod-v000 4',
      'resizeServerGroup hello-prod-v001 2',
      'disableServerGroup hello-prod-v000 50',
      'resizeServerGroup hello-prod-v001 4',
      'disableServerGroup hello-prod-v000',
      // The pin is released: it has the bounds that it had before.
      'resizeServerGroup hello-prod-v000 4',
    ]);
    expect(result.operations[0]?.description['capacity']).toEqual({ min: 0, max: 0, desired: 0 });
    expect(result.requests.map(({ url }) => url)).toEqual(['https://example.com/50', 'https://example.com/100']);
    expect(result.serverGroups.map(({ name, isDisabled }) => `${name} ${isDisabled ? 'off' : 'on'}`)).toEqual([
      'hello-prod-v000 off',
      'hello-prod-v001 on',
    ]);
  });

  it('grows to what is described where nothing served before', async () => {
    const result = await deploy({ capacity: { min: 2, max: 2, desired: 2 } }).toSucceed();
    expect(done(result)).toEqual(['resizeServerGroup hello-prod-v000 1', 'resizeServerGroup hello-prod-v000 2']);
  });

  it('gives the old one everything back when the new one does not get healthy', async () => {
    const result = await deploy({ loadBalancers: ['hello-lb'] })
      .withHttpLoadBalancer('hello-lb')
      .withServerGroup({ ...running, loadBalancers: ['hello-lb'] })
      .whenHealthFails('us-central1')
      .toRollBack();
    expect(result.serverGroups.map(({ name, isDisabled }) => `${name} ${isDisabled ? 'off' : 'on'}`)).toEqual([
      'hello-prod-v000 on',
      'hello-prod-v001 off',
    ]);
  });
});
