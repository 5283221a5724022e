import { interestingHealth, upState } from '@gennaker/extension-sdk/server-group-health';
import { serverGroupTasks, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

/** It is enabled when it is behind its load balancers and they find enough of it healthy. */
const waitForUpInstances = waitForTargets<Stage>('waitForUpInstances', (group, context, target) => {
  if (!group) throw new Error(`Server group ${target.serverGroupName} does not exist any more in ${target.region}.`);
  if (group.isDisabled)
    return {
      met: false,
      reason: {
        summary: `${group.name} is not behind its load balancers yet`,
        evidence: { loadBalancers: group.loadBalancers },
      },
    };
  const asked = interestingHealth(context.context, group.loadBalancers.length > 0);
  const state = upState(group, group.capacity.desired, context.context.targetHealthyDeployPercentage ?? 100, asked);
  return { met: state.enough, hopeless: state.hopeless, lacking: state, reason: state.reason };
});

/** Gives a server group traffic. */
export default defineStage({
  type: 'enableServerGroup',
  aliases: ['enableAsg'],
  label: 'Enable server group',
  description: 'Puts a server group behind its load balancers and waits until they find it healthy',
  schema: stageSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'current_asg_dynamic' },
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v001' },
  ],
  tasks: () =>
    serverGroupTasks<Stage>({
      operation: 'enableServerGroup',
      describe: ({ context: { desiredPercentage } }) => (desiredPercentage === undefined ? {} : { desiredPercentage }),
      wait: waitForUpInstances,
    }),
});
