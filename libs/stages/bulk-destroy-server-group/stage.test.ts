import { expectPipeline, pipeline } from '@gennaker/testing';
import { expect, it } from 'vitest';

const running = { application: 'hello', account: 'local-gce', region: 'us-central1', loadBalancers: ['hello-lb'] };

it('server groups of several clusters are destroyed, and no other', async () => {
  const result = await expectPipeline(
    pipeline('hello', 'clean up').stage('bulkDestroyServerGroup', 'Clean up', {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupNames: ['hello-prod-v000', 'hello-test-v000'],
    }),
  )
    .withLoadBalancer('hello-lb', 'us-central1')
    .withServerGroup({ ...running, stack: 'prod', image: 'hello-1' })
    .withServerGroup({ ...running, stack: 'prod', image: 'hello-2' })
    .withServerGroup({ ...running, stack: 'test', image: 'hello-3' })
    .toSucceed();
  expect(result.serverGroups.map(({ name }) => name)).toEqual(['hello-prod-v001']);
  expect(result.operations.map(({ name }) => name)).toEqual(['destroyServerGroup', 'destroyServerGroup']);
});

it('a stage that names none is refused', async () => {
  await expectPipeline(
    pipeline('hello', 'clean up').stage('bulkDestroyServerGroup', 'Clean up', {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupNames: [],
    }),
  ).toFail({ stage: 'Clean up', reason: 'must name at least one server group' });
});
