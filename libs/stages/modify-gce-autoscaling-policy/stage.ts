import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { liveGroup } from '@gennaker/extension-sdk/server-group-read';
import { placesOf, serverGroupTasks, targetsOf, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskResult } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type ModifyGceAutoscalingPolicy, modifyGceAutoscalingPolicySchema } from './schema.ts';

/** The cloud shows the newer of the two names, or the older: both mean the same. */
const sameMode = (a: unknown, b: unknown): boolean =>
  (a === 'ONLY_UP' ? 'ONLY_SCALE_OUT' : a) === (b === 'ONLY_UP' ? 'ONLY_SCALE_OUT' : b);

const policyOf = (group: ServerGroup | null): Record<string, unknown> | undefined =>
  z.looseObject({}).optional().catch(undefined).parse(group?.['autoscalingPolicy']);

/** Reads what the autoscaler does now: only its mode is to change. */
const determinePolicy = underLocks<ModifyGceAutoscalingPolicy>(placesOf, {
  name: 'determineAutoscalingPolicy',
  async run(context): Promise<TaskResult> {
    const found: NonNullable<ModifyGceAutoscalingPolicy['policiesBefore']> = [];
    for (const target of targetsOf(context)) {
      const { account, region, serverGroupName } = target;
      const policy = policyOf(await liveGroup(context, target));
      if (!policy)
        return {
          status: 'TERMINAL',
          reason: {
            summary: `${serverGroupName} in ${region} has no autoscaler whose mode could be set`,
            next: 'give it one with upsertScalingPolicy, or choose another server group',
          },
        };
      found.push({ account, region, serverGroupName, policy });
    }
    return { status: 'SUCCEEDED', context: { policiesBefore: found } };
  },
});

const waitForAutoscalingPolicy = waitForTargets<ModifyGceAutoscalingPolicy>(
  'waitForAutoscalingPolicy',
  (group, context, target) => {
    const shown = policyOf(group)?.['mode'] ?? 'ON';
    return sameMode(shown, context.context.mode)
      ? { met: true, reason: { summary: `The autoscaler of ${target.serverGroupName} is ${context.context.mode}` } }
      : {
          met: false,
          reason: {
            summary: `The autoscaler of ${target.serverGroupName} is to be ${context.context.mode} and shows ${String(shown)}`,
          },
        };
  },
);

/** Turns an autoscaler off and on again, or lets it only add instances. */
export default defineStage({
  type: 'modifyGceAutoscalingPolicy',
  label: 'Modify autoscaling',
  description: 'Turns the autoscaler of a server group off or on, or lets it only add instances',
  schema: modifyGceAutoscalingPolicySchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      mode: 'OFF',
    },
  ],
  tasks: () =>
    serverGroupTasks<ModifyGceAutoscalingPolicy>({
      operation: 'upsertScalingPolicy',
      prepare: determinePolicy,
      describe: ({ context }, target) => {
        const before = context.policiesBefore?.find(
          (one) => one.serverGroupName === target.serverGroupName && one.region === target.region,
        );
        return { autoscalingPolicy: { ...before?.policy, mode: context.mode } };
      },
      wait: waitForAutoscalingPolicy,
    }),
});
