import { callMonitor, monitorOf, nameOf } from '@gennaker/extension-sdk/deployment-monitor';
import { defineStage, type TaskContext, type TaskDefinition } from '@gennaker/extension-sdk/stage';
import { type NotifyDeployCompleted, stageSchema } from './schema.ts';

/** Stages that take a failed deploy back. */
const WAYS_BACK = ['takeBackDeploy', 'rollbackCluster'];

const notifyDeployCompleted: TaskDefinition<NotifyDeployCompleted> = {
  name: 'notifyDeployCompleted',
  async run(task) {
    const status = task.context.hasDeploymentFailed ? 'failure' : 'success';
    const rollback = rollbackOf(task);
    try {
      await callMonitor(task, monitorOf(task), 'completed', { status, rollback });
      return { status: 'SUCCEEDED', reason: { summary: `${nameOf(monitorOf(task))} was told: ${status}` } };
    } catch (error) {
      if (task.signal.aborted) throw error;
      // What has become of the deploy does not depend on who hears of it.
      return {
        status: 'SUCCEEDED',
        reason: {
          summary: `The deployment monitor could not be told: ${error instanceof Error ? error.message : String(error)}`,
        },
      };
    }
  },
};

/** What became of the way back, if there was one. */
function rollbackOf({ stage, stages }: TaskContext<NotifyDeployCompleted>): 'success' | 'failure' | 'not-performed' {
  const parent = stages.find(({ id }) => id === stage.id)?.parentStageId;
  const back = stages.findLast((one) => one.parentStageId === parent && WAYS_BACK.includes(one.type));
  if (!back) return 'not-performed';
  return back.status === 'SUCCEEDED' ? 'success' : 'failure';
}

/** Tells an external monitor how a deploy has ended; nothing depends on its answer. */
export default defineStage({
  type: 'notifyDeployCompleted',
  label: 'Notify that a deploy has ended',
  description: 'Tells a deployment monitor how a deploy has ended; a step of the monitored strategy',
  schema: stageSchema,
  examples: [
    {
      account: 'local-gce',
      region: 'us-central1',
      newServerGroup: 'hello-prod-v001',
      deploymentMonitor: { id: 'logs' },
      hasDeploymentFailed: false,
    },
  ],
  tasks: () => [notifyDeployCompleted],
});
