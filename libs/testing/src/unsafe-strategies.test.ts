import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { expectUnharmed, playTrial, type Trial } from './strategy-trial.fixture.ts';

// Each plays a whole deploy, and the first one loads the simulated world.
vi.setConfig({ testTimeout: 30_000 });

const where = { cloudProvider: 'gce', credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'] };
const more = { label: 'Unsafe', description: 'Unsafe on purpose', schema: z.looseObject({}) };

/** The older one goes first. */
const disableFirst = defineStrategy({
  ...more,
  type: 'disablefirst',
  beforeStages: () => [
    {
      type: 'disableServerGroup',
      name: 'Disable the older one',
      context: { ...where, target: 'current_asg_dynamic' },
    },
  ],
});

/** The older one goes as soon as the new one is there, whether that is healthy or not. */
const unseen = defineStrategy({
  ...more,
  type: 'unseen',
  prepare: () => ({ interestingHealthProviderNames: [] }),
  afterStages: ({ created }) => [
    {
      type: 'disableCluster',
      name: 'Disable older server groups',
      context: { ...where, createdServerGroup: created, remainingEnabledServerGroups: 1 },
    },
  ],
});

/** Instances are replaced by those that run, whether the load balancer finds them healthy or not. */
const blindPush = defineStrategy({
  ...more,
  type: 'blindpush',
  insteadStages: () => [
    {
      type: 'updateLaunchConfig',
      name: 'Replace the instances',
      context: {
        ...where,
        target: 'current_asg_dynamic',
        image: 'hello-2',
        targetHealthyDeployPercentage: 0,
        updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
      },
    },
  ],
});

const trial = (strategy: string, troubles: Trial['troubles']): Trial => ({
  description: { strategy },
  size: 3,
  troubles,
});

describe('the trials of strategies', () => {
  it('see one that disables the older server group first', async () => {
    const tried = trial('disablefirst', []);
    const result = await playTrial(tried, [disableFirst]);
    expect(result.status).toBe('SUCCEEDED');
    expect(result.least).toBe(0);
    expect(() => expectUnharmed(tried, result)).toThrow(/SUCCEEDED/);
  });

  it('see one that hands the traffic over to instances that are not healthy', async () => {
    const tried = trial('unseen', [{ kind: 'new-never-healthy', after: 0 }]);
    const result = await playTrial(tried, [unseen]);
    expect(result.status).toBe('SUCCEEDED');
    expect(result.taken).toEqual([expect.stringContaining('hello-prod-v000 lost 3 while 0 of the rest')]);
    expect(() => expectUnharmed(tried, result)).toThrow(/SUCCEEDED/);
  });

  it('see one that replaces instances in their group without a look at their health', async () => {
    const tried = { ...trial('blindpush', [{ kind: 'new-never-healthy', after: 0 }]), inPlace: { heals: false } };
    const result = await playTrial(tried, [blindPush]);
    expect(result.taken).toContainEqual(expect.stringContaining('hello-prod-v000 lost'));
    expect(() => expectUnharmed(tried, result)).toThrow(/hello-2/);
  });
});
