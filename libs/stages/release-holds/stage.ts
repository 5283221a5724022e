import { serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

/** Takes back what this execution changed of a server group for a time only. What is not held any more is fine. */
export default defineStage({
  type: 'releaseHolds',
  label: 'Release holds',
  description: 'Takes back what this execution changed of a server group for a time',
  schema: stageSchema,
  examples: [
    { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-v000', holds: ['pinned-capacity'] },
  ],
  tasks: () =>
    serverGroupTasks<Stage>({
      operation: 'releaseHolds',
      describe: ({ context: { holds } }) => (holds === undefined ? {} : { holds }),
    }),
});
