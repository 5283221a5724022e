import { holdWishSchema } from '@gennaker/contracts/holds';
import { resolvedTargetSchema } from '@gennaker/contracts/server-group-stage';
import { interestingHealth, upState } from '@gennaker/extension-sdk/server-group-health';
import { describedFields, serverGroupTasks, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type PlannedStage, type SyntheticStage } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { checkAutohealing } from './check-autohealing.ts';
import { type UpdateLaunchConfigStage, updateLaunchConfigStageSchema } from './schema.ts';

/** Where the instances are to be replaced, the group must have come to rest, with enough of them up. */
const waitForReplacement = waitForTargets<UpdateLaunchConfigStage>(
  'waitForRollingReplacement',
  (group, context, target) => {
    const stage = context.context;
    if (!group) throw new Error(`Server group ${target.serverGroupName} does not exist any more in ${target.region}.`);
    if (stage.updatePolicy?.type !== 'PROACTIVE')
      return { met: true, reason: { summary: `New instances of ${group.name} are made as described` } };
    if (group['stable'] !== true)
      return {
        met: false,
        reason: {
          summary: `${group.name} is still replacing its instances${goingOn(stage).told}`,
          evidence: { currentActions: group['currentActions'], instanceCounts: { ...group.instanceCounts } },
          next: `It goes on as soon as all of them are replaced${goingOn(stage).next}`,
        },
      };
    const asked = interestingHealth(stage, !group.isDisabled && group.loadBalancers.length > 0);
    const state = upState(group, group.capacity.desired, stage.targetHealthyDeployPercentage ?? 100, asked);
    return { met: state.enough, hopeless: state.hopeless, lacking: state, reason: state.reason };
  },
);

/** The group goes on by itself when nobody waits for it any more; what is held is taken back at once instead. */
const goingOn = (stage: UpdateLaunchConfigStage) =>
  stage['hold']
    ? { told: '', next: '' }
    : {
        told: ', and goes on with that when this stage has failed',
        next: '. Should this stage fail before: undo the execution, or start the stage again with what its instances were made of',
      };

/** Changes what a server group's instances are made of, and replaces those that run where this is asked for. */
export default defineStage({
  type: 'updateLaunchConfig',
  label: 'Update launch configuration',
  description: "Changes what a server group's instances are made of; on request it replaces them step by step",
  schema: updateLaunchConfigStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      instanceType: 'e2-medium',
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    },
  ],
  tasks: () =>
    serverGroupTasks<UpdateLaunchConfigStage>({
      operation: 'updateLaunchConfig',
      prepare: checkAutohealing,
      describe: (context) => {
        const { requireAutohealing: _ours, ...described } = describedFields(context);
        return described;
      },
      wait: waitForReplacement,
    }),
  onFailureStages: giveBack,
});

const heldSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  hold: holdWishSchema.optional(),
  resolvedTargets: z.array(resolvedTargetSchema).default([]),
});

/** What was held of the launch configuration is taken back at once, not only when the whole execution ends. */
function giveBack({ context }: PlannedStage): SyntheticStage[] {
  const { cloudProvider, hold, resolvedTargets } = heldSchema.parse(context);
  if (!hold) return [];
  return resolvedTargets.map(({ account, region, serverGroupName }) => ({
    type: 'releaseHolds',
    name: `Give ${serverGroupName} back what it was made of`,
    context: { cloudProvider, credentials: account, region, serverGroupName, holds: [hold.name] },
  }));
}
