import { expectPipeline, pipeline, type PipelineBuilder } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const account = { credentials: 'local-gce', region: 'us-central1' };
const balanced = () =>
  pipeline('hello', 'roll back').stage('upsertLoadBalancer', 'Balance', {
    credentials: 'local-gce',
    region: 'global',
    loadBalancerName: 'hello-lb',
    loadBalancerType: 'HTTP',
    portRange: '80',
    defaultService: { name: 'hello-bs', healthCheck: { port: 8080 } },
  });
const deploy = (builder: PipelineBuilder, name: string, image: string, more: object = {}) =>
  builder.stage('deploy', name, {
    clusters: [
      {
        account: 'local-gce',
        application: 'hello',
        region: 'us-central1',
        image,
        loadBalancers: ['hello-lb'],
        ...more,
      },
    ],
  });
/** Two versions: the first one small and disabled, the second one serves with three instances. */
const twoVersions = () =>
  deploy(deploy(balanced(), 'Deploy 1', 'hello-1', { targetSize: 1 }), 'Deploy 2', 'hello-2', {
    targetSize: 3,
    strategy: 'redblack',
  });
const tested = (builder: PipelineBuilder) => expectPipeline(builder).withImage('hello-1').withImage('hello-2');
const names = (
  operations: readonly { readonly name: string; readonly description: Readonly<Record<string, unknown>> }[],
) => operations.map(({ name, description }) => `${name} ${String(description['serverGroupName'])}`);

describe('rolling a server group back', () => {
  it('has the replaced one serve with enough instances before the other is disabled, and tells why it chose it', async () => {
    const result = await tested(
      twoVersions().stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackContext: { rollbackServerGroupName: 'hello-v001' },
      }),
    ).toSucceed();
    expect(names(result.operations.slice(-3))).toEqual([
      'enableServerGroup hello-v000',
      'resizeServerGroup hello-v000',
      'disableServerGroup hello-v001',
    ]);
    expect(JSON.stringify(result.stage('Roll back'))).toContain(
      'restores hello-v000: its image hello-1 is recorded as what hello-v001 replaced',
    );
    expect(result.serverGroups).toMatchObject([
      { name: 'hello-v000', isDisabled: false, capacity: { desired: 3 } },
      { name: 'hello-v001', isDisabled: true },
    ]);
  });

  it('leaves the size as it is when it only enables and disables, and waits in between where asked', async () => {
    const result = await tested(
      twoVersions().stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackContext: {
          rollbackServerGroupName: 'hello-v001',
          restoreServerGroupName: 'hello-v000',
          enableAndDisableOnly: true,
          delayBeforeDisableSeconds: 60,
        },
      }),
    ).toSucceed();
    expect(names(result.operations.slice(-2))).toEqual([
      'enableServerGroup hello-v000',
      'disableServerGroup hello-v001',
    ]);
    expect(result.stage('Wait before disable').status).toBe('SUCCEEDED');
    expect(result.serverGroups[0]).toMatchObject({ capacity: { desired: 1 } });
  });

  it('does not disable the bad one when the restored one does not become healthy', async () => {
    const result = await tested(
      deploy(
        deploy(balanced(), 'Deploy 1', 'hello-1', {
          targetSize: 1,
          disableTraffic: true,
          interestingHealthProviderNames: [],
        }),
        'Deploy 2',
        'hello-2',
        { targetSize: 1 },
      ).stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackContext: { rollbackServerGroupName: 'hello-v001', restoreServerGroupName: 'hello-v000' },
        stageTimeoutMs: 600_000,
      }),
    )
      .whenHealthFails('hello-v000')
      .toFail();
    expect(names(result.operations)).not.toContain('disableServerGroup hello-v001');
    expect(result.serverGroups[1]).toMatchObject({ name: 'hello-v001', isDisabled: false });
  });

  it('keeps an autoscaled one from shrinking until it serves alone, and lets go of it again', async () => {
    const result = await tested(
      deploy(
        deploy(balanced(), 'Deploy 1', 'hello-1', {
          capacity: { min: 1, max: 2, desired: 1 },
          autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
        }),
        'Deploy 2',
        'hello-2',
        { targetSize: 3, strategy: 'redblack' },
      ).stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackContext: { rollbackServerGroupName: 'hello-v001' },
      }),
    ).toSucceed();
    const resizes = result.operations.filter(({ name }) => name === 'resizeServerGroup');
    expect(resizes.map(({ description }) => description['capacity'])).toEqual([
      { min: 3, max: 3, desired: 3 },
      { min: 1, max: 3, desired: 3 },
    ]);
    expect(result.serverGroups[0]?.holds).toBeUndefined();
  });

  it('makes one from the image that was replaced where no server group of it is left', async () => {
    const result = await tested(
      twoVersions()
        .stage('destroyServerGroup', 'Destroy', { ...account, serverGroupName: 'hello-v000' })
        .stage('rollbackServerGroup', 'Roll back', {
          ...account,
          rollbackType: 'PREVIOUS_IMAGE',
          rollbackContext: { rollbackServerGroupName: 'hello-v001' },
        }),
    ).toSucceed();
    expect(result.serverGroups).toMatchObject([
      { name: 'hello-v001', isDisabled: true },
      { name: 'hello-v002', isDisabled: false, image: 'hello-1' },
    ]);
  });

  it('only disables what failed where the earlier one serves on', async () => {
    const result = await tested(
      deploy(deploy(balanced(), 'Deploy 1', 'hello-1'), 'Deploy 2', 'hello-2').stage(
        'rollbackServerGroup',
        'Roll back',
        {
          ...account,
          rollbackContext: { rollbackServerGroupName: 'hello-v001', disableOnly: true },
        },
      ),
    ).toSucceed();
    expect(names(result.operations.slice(-1))).toEqual(['disableServerGroup hello-v001']);
    expect(result.serverGroups[0]).toMatchObject({ name: 'hello-v000', isDisabled: false });
  });

  it('changes nothing when it is rehearsed', async () => {
    const result = await tested(
      twoVersions().stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackType: 'TEST',
        rollbackContext: { rollbackServerGroupName: 'hello-v001', waitTime: 30 },
      }),
    ).toSucceed();
    expect(result.serverGroups[1]).toMatchObject({ name: 'hello-v001', isDisabled: false });
  });

  it('says why when there is nothing to roll back to', async () => {
    await tested(
      deploy(balanced(), 'Deploy 1', 'hello-1').stage('rollbackServerGroup', 'Roll back', {
        ...account,
        rollbackContext: { rollbackServerGroupName: 'hello-v000' },
      }),
    ).toFail({ stage: 'Roll back', reason: 'hello-v000 is the only one that could serve' });
  });
});

describe('rolling a cluster back', () => {
  const where = { credentials: 'local-gce', cluster: 'hello', regions: ['us-central1', 'europe-west1'] };
  const inRegion = (region: string) => ({ region });

  it('goes from region to region, waits between them, and tells which could not be rolled back', async () => {
    const both = deploy(
      deploy(twoVersions(), 'Deploy eu 1', 'hello-1', inRegion('europe-west1')),
      'Deploy eu 2',
      'hello-2',
      { ...inRegion('europe-west1'), strategy: 'redblack' },
    );
    const result = await tested(
      both.stage('rollbackCluster', 'Roll back', { ...where, waitTimeBetweenRegions: 120 }),
    ).toSucceed();
    const serving = result.serverGroups
      .filter((group) => !group.isDisabled)
      .map(({ region, name }) => `${region} ${name}`);
    expect(serving.toSorted()).toEqual(['europe-west1 hello-v000', 'us-central1 hello-v000']);
    expect(result.stage('Wait before europe-west1').status).toBe('SUCCEEDED');
  });

  it('fails before it changes anything when no region can be rolled back', async () => {
    await tested(
      deploy(balanced(), 'Deploy 1', 'hello-1').stage('rollbackCluster', 'Roll back', {
        ...where,
        regions: ['us-central1'],
      }),
    ).toFail({
      stage: 'Roll back',
      reason: 'Cluster hello cannot be rolled back. us-central1: hello-v000 is the only one',
    });
  });
});
