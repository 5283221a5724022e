import { expectPipeline, pipeline, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  image: 'hello-1',
  instances: 2,
};
/** The deploy tells the later stage the names of its instances. */
const INSTANCE = "${ #stage('Deploy')['outputs']['deployedServerGroups'][0]['instances'][0]['name'] }";
const GROUP = "${ #stage('Deploy')['outputs']['serverGroupName'] }";
const deployed = () =>
  pipeline('hello', 'instances').stage('deploy', 'Deploy', {
    clusters: [
      {
        account: 'local-gce',
        application: 'hello',
        stack: 'prod',
        region: 'us-central1',
        image: 'hello-1',
        capacity: { min: 2, max: 2, desired: 2 },
      },
    ],
  });
const where = { credentials: 'local-gce', region: 'us-central1' };
const namesBefore = (result: PipelineResult): string[] => {
  const [made] = result.stage('Deploy').outputs['deployedServerGroups'] as { instances: { name: string }[] }[];
  return (made?.instances ?? []).map(({ name }) => name);
};

describe('stages for single instances', () => {
  it('terminate one, which its server group replaces', async () => {
    const result = await expectPipeline(
      deployed().stage('terminateInstances', 'Terminate', { ...where, instanceIds: [INSTANCE] }),
    )
      .withImage('hello-1')
      .toSucceed();
    const [first] = namesBefore(result);
    expect(result.operations.at(-1)).toMatchObject({
      name: 'terminateInstances',
      description: { instanceIds: [first], serverGroupName: 'hello-prod-v000' },
    });
    const [group] = result.serverGroups;
    const started = result.stage('Terminate').startTime ?? Infinity;
    expect(group?.instances).toHaveLength(2);
    expect(group?.instances.filter(({ launchTime = 0 }) => launchTime > started)).toHaveLength(1);
    expect(result.stage('Terminate').tasks.map(({ name }) => name)).toEqual([
      'determineInstances',
      'acquireClusterLock',
      'terminateInstances',
      'monitorTermination',
      'waitForTermination',
      'releaseClusterLock',
    ]);
  });

  it('terminate one for good: the server group is smaller by it', async () => {
    const result = await expectPipeline(
      deployed().stage('terminateInstanceAndDecrementServerGroup', 'Terminate', {
        ...where,
        serverGroupName: GROUP,
        instance: INSTANCE,
      }),
    )
      .withImage('hello-1')
      .toSucceed();
    const [gone, kept] = namesBefore(result);
    expect(result.serverGroups[0]?.instances.map(({ name }) => name)).toEqual([kept]);
    expect(gone).toBeDefined();
  });

  it('let one go: the server group is smaller by it, and it runs on', async () => {
    const result = await expectPipeline(
      deployed().stage('detachInstances', 'Detach', { ...where, serverGroupName: GROUP, instanceIds: [INSTANCE] }),
    )
      .withImage('hello-1')
      .toSucceed();
    const [, kept] = namesBefore(result);
    expect(result.serverGroups[0]?.instances.map(({ name }) => name)).toEqual([kept]);
    expect(result.operations.at(-1)).toMatchObject({ name: 'detachInstances' });
  });

  it('reboot one, and wait until it is up again', async () => {
    const result = await expectPipeline(
      deployed().stage('rebootInstances', 'Reboot', { ...where, instanceIds: [INSTANCE] }),
    )
      .withImage('hello-1')
      .toSucceed();
    expect(result.operations.at(-1)).toMatchObject({ name: 'rebootInstances' });
    expect(result.serverGroups[0]?.instances.map(({ name }) => name).toSorted()).toEqual(
      namesBefore(result).toSorted(),
    );
  });

  it('say which instance does not exist, or that none is named', async () => {
    const terminate = (instanceIds: string[]) =>
      expectPipeline(
        pipeline('hello', 'terminate').stage('terminateInstances', 'Terminate', { ...where, instanceIds }),
      ).withServerGroup(running);
    await terminate(['hello-prod-v000-none']).toFail({
      stage: 'Terminate',
      reason: 'There is no instance hello-prod-v000-none in us-central1',
    });
    await terminate([]).toFail({ stage: 'Terminate', reason: 'The stage names no instance' });
  });
});
