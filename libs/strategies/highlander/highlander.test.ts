import { expectPipeline, pipeline } from '@gennaker/testing';
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
          loadBalancers: ['hello-lb'],
          strategy: 'highlander',
          ...settings,
        },
      ],
    }),
  )
    .withLoadBalancer('hello-lb', 'us-central1')
    .withServerGroup({ ...where, image: 'hello-1', instances: 3, loadBalancers: ['hello-lb'] })
    .withImage('hello-2');

describe('a highlander deploy', () => {
  it('takes the traffic of all older ones, then destroys them', async () => {
    const result = await deploy({ useSourceCapacity: true })
      .withServerGroup({ ...where, image: 'hello-1b', instances: 2, loadBalancers: ['hello-lb'] })
      .toSucceed();
    expect(result.operations.map(({ name }) => name)).toEqual([
      'createServerGroup',
      'disableServerGroup',
      'disableServerGroup',
      'destroyServerGroup',
      'destroyServerGroup',
    ]);
    // As many as the newest that served.
    expect(result.serverGroups).toMatchObject([{ name: 'hello-prod-v002', capacity: { desired: 2 } }]);
  });

  it('destroys nothing when the new one does not get healthy', async () => {
    const result = await deploy({}).whenHealthFails('us-central1').toRollBack();
    expect(result.operations.map(({ name }) => name)).not.toContain('destroyServerGroup');
  });
});
