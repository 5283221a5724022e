import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const account = { credentials: 'local-gce', region: 'us-central1' };

describe('load balancers of a pipeline', () => {
  it('are made, one or several at once, and named for later stages', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'balance').stage('upsertLoadBalancer', 'Make', {
        ...account,
        loadBalancers: [
          { name: 'hello-a', portRange: '8080' },
          { loadBalancerName: 'hello-b', portRange: '8081' },
        ],
      }),
    ).toSucceed();
    expect(
      result.operations.map(({ name, description }) => `${name} ${String(description['loadBalancerName'])}`),
    ).toEqual(['upsertLoadBalancer hello-a', 'upsertLoadBalancer hello-b']);
    expect(result.stage('Make').outputs['targets']).toMatchObject([
      { credentials: 'local-gce', availabilityZones: { 'us-central1': [] }, vpcId: null, name: 'hello-a' },
      { name: 'hello-b' },
    ]);
  });

  it('lose their certificate by null, and keep it where nothing is said', async () => {
    const described = async (keys: object) => {
      const { operations } = await expectPipeline(
        pipeline('hello', 'balance').stage('upsertLoadBalancer', 'Change', {
          credentials: 'local-gce',
          region: 'global',
          loadBalancerName: 'hello-web',
          loadBalancerType: 'HTTP',
          portRange: '80',
          ...keys,
        }),
      ).toSucceed();
      return operations[0]?.description;
    };
    expect(await described({ certificate: null })).toHaveProperty('certificate', null);
    expect(await described({})).not.toHaveProperty('certificate');
  });

  it('are deleted again, by name and region', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'balance').stage('deleteLoadBalancer', 'Delete', {
        credentials: 'local-gce',
        regions: ['us-central1'],
        loadBalancerName: 'hello-lb',
        loadBalancerType: 'TCP',
      }),
    )
      .withLoadBalancer('hello-lb', 'us-central1')
      .toSucceed();
    expect(result.operations).toMatchObject([
      { name: 'deleteLoadBalancer', description: { region: 'us-central1', loadBalancerName: 'hello-lb' } },
    ]);
    expect(result.stage('Delete').context).toMatchObject({
      'delete.name': 'hello-lb',
      'delete.regions': ['us-central1'],
      'delete.account.name': 'local-gce',
    });
  });

  it('say what is wrong when the cloud refuses them', async () => {
    await expectPipeline(
      pipeline('hello', 'balance').stage('upsertLoadBalancer', 'Make', { ...account, loadBalancerName: 'Not_A_Name' }),
    ).toFail({ stage: 'Make', reason: 'lower-case letters' });
  });
});
