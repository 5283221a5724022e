import { describedFields, serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { upsertServerGroupTagsStageSchema } from './schema.ts';

/** Sets the network tags of a server group's instances, those that run included. */
export default defineStage({
  type: 'upsertServerGroupTags',
  label: 'Set network tags',
  description: "Sets the network tags of a server group's instances, by which firewalls know them",
  schema: upsertServerGroupTagsStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      tags: ['web'],
    },
  ],
  tasks: () => serverGroupTasks({ operation: 'upsertServerGroupTags', describe: describedFields }),
});
