import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { findImageSchema } from './schema.ts';

const running = { application: 'hello', account: 'local-gce', region: 'us-central1' };
const find = (settings: z.input<typeof findImageSchema> = {}) =>
  pipeline('hello', 'promote').stage('findImage', 'Find', {
    credentials: 'local-gce',
    cluster: 'hello-test',
    regions: ['us-central1'],
    ...settings,
  });
const withTwo = (tested: ReturnType<typeof expectPipeline>) =>
  tested
    .withServerGroup({ ...running, stack: 'test', image: 'hello-1', instances: 2 })
    .withServerGroup({ ...running, stack: 'test', image: 'hello-2' });

describe('the image of a cluster', () => {
  it('is what the deploy after it deploys', async () => {
    const promote = find().stage('deploy', 'Deploy', {
      clusters: [{ account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' }],
    });
    const result = await withTwo(expectPipeline(promote)).toSucceed();
    expect(result.stage('Find').outputs).toMatchObject({
      deploymentDetails: [
        {
          ami: 'hello-2',
          imageId: 'hello-2',
          imageName: 'hello-2',
          cloudProvider: 'gce',
          region: 'us-central1',
          refId: '1',
          sourceServerGroup: 'hello-test-v001',
        },
      ],
      artifacts: [{ type: 'gce/image', name: 'hello-2', reference: 'hello-2', location: 'us-central1' }],
    });
    expect(result.serverGroups.find(({ name }) => name === 'hello-prod-v000')).toMatchObject({ image: 'hello-2' });
  });

  it('may be that of the largest server group, or of one whose image has a certain name', async () => {
    const image = async (settings: z.input<typeof findImageSchema>): Promise<unknown> =>
      (await withTwo(expectPipeline(find(settings))).toSucceed()).stage('Find').context['amiDetails'];
    expect(await image({ selectionStrategy: 'LARGEST' })).toMatchObject([{ imageName: 'hello-1' }]);
    expect(await image({ imageNamePattern: 'hello-[01]' })).toMatchObject([{ imageName: 'hello-1' }]);
  });

  it('of another region stands in for a region without server groups, on request', async () => {
    const regions = ['us-central1', 'europe-west1'];
    const result = await withTwo(expectPipeline(find({ regions, resolveMissingLocations: true }))).toSucceed();
    expect(result.stage('Find').outputs).toMatchObject({
      deploymentDetails: [{ region: 'us-central1' }, { region: 'europe-west1', imageName: 'hello-2' }],
      inferredRegions: ['europe-west1'],
    });
    await withTwo(expectPipeline(find({ regions }))).toFail({
      stage: 'Find',
      reason: 'in europe-west1, it has no server group there',
    });
  });

  it('is none where several could be meant and one is wanted', async () => {
    await withTwo(expectPipeline(find({ selectionStrategy: 'FAIL' }))).toFail({
      stage: 'Find',
      reason: 'it has 2 server groups',
    });
  });
});
