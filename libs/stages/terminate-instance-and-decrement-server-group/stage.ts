import { instancesTasks, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const waitForTerminatedInstance = waitForInstances('waitForTerminatedInstance', (instance) =>
  instance ? { lacks: 'still exists' } : undefined,
);

/** Ends instances of a server group for good: the group is that much smaller. */
export default defineStage({
  type: 'terminateInstanceAndDecrementServerGroup',
  aliases: ['terminateInstanceAndDecrementAsg'],
  label: 'Terminate instance and shrink its server group',
  description: 'Ends instances, and makes their server group smaller by as many',
  schema: stageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupName: 'hello-prod-v000',
      instance: 'hello-prod-v000-ab12',
    },
  ],
  tasks: () =>
    instancesTasks({
      operation: 'terminateInstanceAndDecrement',
      monitor: 'monitorTermination',
      wait: waitForTerminatedInstance,
    }),
});
