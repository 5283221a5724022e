import { instancesTasks, isReplaced, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

/** A server group puts a new machine in an instance's place, often under the same name. */
const waitForTermination = waitForInstances('waitForTermination', (instance, before) =>
  !instance || isReplaced(instance, before)
    ? undefined
    : { lacks: 'still runs', evidence: { launchTime: instance.launchTime } },
);

/** Ends instances. Those of a server group are replaced by it. */
export default defineStage({
  type: 'terminateInstances',
  label: 'Terminate instances',
  description: 'Ends instances; a server group puts new ones in their place',
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
    instancesTasks({ operation: 'terminateInstances', monitor: 'monitorTermination', wait: waitForTermination }),
});
