import { serverGroupTasks, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const waitForDestroyedServerGroup = waitForTargets('waitForDestroyedServerGroup', (group, _context, target) =>
  group
    ? {
        met: false,
        reason: {
          summary: `${group.name} still has ${group.instances.length} instances`,
          evidence: { instances: group.instances.map((instance) => instance.name) },
        },
      }
    : { met: true, reason: { summary: `${target.serverGroupName} is gone` } },
);

/** Destroys a server group: traffic first, then its open connections to their end, then the instances. */
export default defineStage({
  type: 'destroyServerGroup',
  aliases: ['destroyAsg'],
  label: 'Destroy server group',
  description: 'Takes a server group from behind its load balancers, lets open connections end, and deletes it',
  schema: stageSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'ancestor_asg_dynamic' },
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' },
  ],
  tasks: () => serverGroupTasks({ operation: 'destroyServerGroup', wait: waitForDestroyedServerGroup }),
});
