import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { beforeAll, describe, expect, test } from 'vitest';
import { attemptsAfter } from './attempts.fixture.ts';
import { simulatedWorlds } from './conformance.fixture.ts';
import { prepare } from './conformance-scenarios.fixture.ts';
import type { Beginning } from './conformance-world.fixture.ts';

const GROUP = { serverGroupName: 'hello-prod-v000' };
const policy = { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } };

let beginning: Beginning;
beforeAll(async () => {
  beginning = await prepare(simulatedWorlds);
}, 60_000);

/** The prepared group with an autoscaler of this mode, what further operations come to, and its policy afterwards. */
async function scaledGroup(mode: string) {
  const autoscalingPolicy: JsonObject = { ...policy, mode };
  const { world, attempt } = await attemptsAfter(beginning, [['upsertScalingPolicy', { ...GROUP, autoscalingPolicy }]]);
  const policyOf = async (name = GROUP.serverGroupName) =>
    (await world.cloud.inventory.serverGroup('us-central1', name))?.view['autoscalingPolicy'];
  const run = async (operation: string, fields: JsonObject = {}) =>
    expect(await attempt(operation, { ...GROUP, ...fields })).toBeNull();
  return { run, policyOf };
}

describe.each(['ON', 'ONLY_SCALE_OUT', 'OFF'])('an autoscaler of mode %s', (mode) => {
  test('rests while its group has no requests, and has its mode again with them', async () => {
    const { run, policyOf } = await scaledGroup(mode);
    await run('disableServerGroup');
    expect(await policyOf()).toMatchObject({ ...policy, mode: 'OFF' });
    // Again, as retries and hands do.
    await run('disableServerGroup');
    await run('enableServerGroup');
    expect(await policyOf()).toMatchObject({ ...policy, mode });
  });

  test('keeps its mode when a group that serves is enabled once more', async () => {
    const { run, policyOf } = await scaledGroup(mode);
    await run('enableServerGroup');
    expect(await policyOf()).toMatchObject({ mode });
  });

  test('rests in a group without instances, and has its mode again once that is enabled', async () => {
    const { run, policyOf } = await scaledGroup(mode);
    await run('resizeServerGroup', { capacity: { min: 0, max: 0, desired: 0 } });
    expect(await policyOf()).toMatchObject({ ...policy, mode: 'OFF' });
    await run('resizeServerGroup', { targetSize: 2 });
    await run('enableServerGroup');
    expect(await policyOf()).toMatchObject({ mode });
  });

  test('is cloned with the mode that it has while it serves, also while it rests', async () => {
    const { run, policyOf } = await scaledGroup(mode);
    await run('disableServerGroup');
    const source = { region: 'us-central1', ...GROUP };
    await run('cloneServerGroup', { source });
    expect(await policyOf('hello-prod-v001')).toMatchObject({ ...policy, mode });
  });
});
