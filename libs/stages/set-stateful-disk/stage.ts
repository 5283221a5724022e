import { describedFields, serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { setStatefulDiskStageSchema } from './schema.ts';

/** Keeps a disk's content when its instance is made anew. */
export default defineStage({
  type: 'setStatefulDisk',
  label: 'Set stateful disk',
  description: 'Keeps the content of a disk when its instance is made anew',
  schema: setStatefulDiskStageSchema,
  examples: [
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000', deviceName: 'data' },
  ],
  tasks: () => serverGroupTasks({ operation: 'setStatefulDisk', describe: describedFields }),
});
