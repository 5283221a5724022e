import { serverGroupTasks, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

/** It is disabled when no load balancer sends it requests; a group that is gone gets none either. */
const waitForServerGroupDisabled = waitForTargets<Stage>('waitForServerGroupDisabled', (group, context, target) => {
  if (!group) return { met: true, reason: { summary: `${target.serverGroupName} does not exist any more` } };
  const { desiredPercentage = 100 } = context.context;
  if (desiredPercentage < 100)
    return { met: true, reason: { summary: `${100 - desiredPercentage} % of ${group.name} still serve` } };
  return group.isDisabled
    ? { met: true, reason: { summary: `${group.name} is behind no load balancer` } }
    : {
        met: false,
        reason: {
          summary: `${group.name} still gets requests`,
          evidence: { loadBalancers: group.loadBalancers },
        },
      };
});

/** Takes traffic from a server group; its instances run on. */
export default defineStage({
  type: 'disableServerGroup',
  aliases: ['disableAsg'],
  label: 'Disable server group',
  description: 'Takes a server group from behind every load balancer; its instances run on',
  schema: stageSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'ancestor_asg_dynamic' },
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' },
  ],
  tasks: () =>
    serverGroupTasks<Stage>({
      operation: 'disableServerGroup',
      describe: ({ context: { desiredPercentage } }) => (desiredPercentage === undefined ? {} : { desiredPercentage }),
      wait: waitForServerGroupDisabled,
    }),
});
