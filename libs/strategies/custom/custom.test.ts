import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const where = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };
const deploy = (settings: object) =>
  expectPipeline(
    pipeline('hello', 'release').stage('deploy', 'Deploy', {
      clusters: [
        { ...where, image: 'hello-2', capacity: { min: 1, max: 1, desired: 1 }, strategy: 'custom', ...settings },
      ],
    }),
  )
    .withServerGroup({ ...where, image: 'hello-1' })
    .withImage('hello-2');

describe('a deploy by a pipeline', () => {
  it('hands its cluster to the deploy stage of that pipeline, which has no strategy of its own', async () => {
    const strategy = pipeline('hello', 'careful')
      .stage('deploy', 'Deploy it', { trafficOptions: 'inherit' })
      .stage('destroyServerGroup', 'Destroy the old one', {
        credentials: '${parameters.credentials}',
        regions: ['${parameters.region}'],
        cluster: '${parameters.cluster}',
        target: 'ancestor_asg_dynamic',
      });
    const result = await deploy({ strategyPipeline: 'careful' }).withPipeline(strategy).toSucceed();
    expect(result.serverGroups).toMatchObject([{ name: 'hello-prod-v001', image: 'hello-2' }]);
    expect(result.operations.map(({ name }) => name)).toEqual(['createServerGroup', 'destroyServerGroup']);
  });

  it('names the field when no pipeline is named', async () => {
    await deploy({}).toFail({ stage: 'Deploy', reason: 'strategyPipeline' });
  });

  it('has no cluster to hand over outside such a deploy', async () => {
    await expectPipeline(pipeline('hello', 'alone').stage('deploy', 'Deploy it', { trafficOptions: 'inherit' })).toFail(
      { stage: 'Deploy it', reason: 'strategy custom' },
    );
  });
});
