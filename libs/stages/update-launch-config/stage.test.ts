import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { updateLaunchConfigStageSchema } from './schema.ts';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  image: 'hello-1',
  instances: 2,
};
const where = {
  credentials: 'local-gce',
  cluster: 'hello-prod',
  regions: ['us-central1'],
  target: 'current_asg_dynamic',
};
const update = (settings: z.input<typeof updateLaunchConfigStageSchema>) =>
  expectPipeline(pipeline('hello', 'update').stage('updateLaunchConfig', 'Update', { ...where, ...settings }))
    .withServerGroup(running)
    .withImage('hello-2');

describe('changing what instances are made of', () => {
  it('replaces those that run, step by step, and ends when all are replaced', async () => {
    const result = await update({
      image: 'hello-2',
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    }).toSucceed();
    const [group] = result.serverGroups;
    expect(group).toMatchObject({ image: 'hello-2', stable: true });
    expect(group?.instances).toHaveLength(2);
    const started = result.stage('Update').startTime ?? Infinity;
    for (const instance of group?.instances ?? []) expect(instance.launchTime).toBeGreaterThan(started);
  });

  it('says that the group goes on replacing when nobody waits for it any more', async () => {
    await update({
      image: 'hello-2',
      stageTimeoutMs: 600_000,
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    })
      .whenStockOut('us-central1-a')
      .whenStockOut('us-central1-b')
      .whenStockOut('us-central1-c')
      .toFail({ reason: /still replacing its instances, and goes on with that when this stage has failed/ });
  });

  it('leaves those that run alone where this is not asked for', async () => {
    const result = await update({ image: 'hello-2' }).toSucceed();
    const started = result.stage('Update').startTime ?? 0;
    for (const instance of result.serverGroups[0]?.instances ?? []) expect(instance.launchTime).toBeLessThan(started);
  });

  it('sets network tags on what runs', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'tags').stage('upsertServerGroupTags', 'Tag', { ...where, tags: ['web'] }),
    )
      .withServerGroup(running)
      .toSucceed();
    expect(result.serverGroups[0]).toMatchObject({ tags: ['web'] });
  });
});
