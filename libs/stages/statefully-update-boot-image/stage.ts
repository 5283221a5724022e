import { describedFields, serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { statefullyUpdateBootImageStageSchema } from './schema.ts';

/** Gives the instances of a server group with stateful disks another image, each when it is made anew. */
export default defineStage({
  type: 'statefullyUpdateBootImage',
  label: 'Update boot image',
  description: 'Gives instances that keep their disks another image, each when it is made anew',
  schema: statefullyUpdateBootImageStageSchema,
  examples: [
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000', bootImage: 'hello-1-0-1' },
  ],
  tasks: () => serverGroupTasks({ operation: 'statefullyUpdateBootImage', describe: describedFields }),
});
