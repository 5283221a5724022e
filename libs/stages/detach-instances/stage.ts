import { instancesTasks, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const waitForDetachedInstances = waitForInstances('waitForDetachedInstances', (instance, before) =>
  instance && before.serverGroupName ? { lacks: `still belongs to ${before.serverGroupName}` } : undefined,
);

/** Lets instances go from their server group: it is that much smaller, and they run on by themselves. */
export default defineStage({
  type: 'detachInstances',
  label: 'Detach instances',
  description: 'Lets instances go from their server group, which becomes smaller by as many; they run on',
  schema: stageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupName: 'hello-prod-v000',
      instanceIds: ['hello-prod-v000-ab12'],
    },
  ],
  tasks: () =>
    instancesTasks({ operation: 'detachInstances', monitor: 'monitorDetach', wait: waitForDetachedInstances }),
});
