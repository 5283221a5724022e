import { askMonitor, monitorOf, nameOf } from '@gennaker/extension-sdk/deployment-monitor';
import { defineStage, type TaskDefinition } from '@gennaker/extension-sdk/stage';
import { type EvaluateDeploymentHealth, stageSchema } from './schema.ts';

const evaluateDeploymentHealth: TaskDefinition<EvaluateDeploymentHealth> = {
  name: 'evaluateDeploymentHealth',
  async run(task) {
    const { currentProgress } = task.context;
    const skipTo = Number(task.ancestorOutput('skipToPercentage') ?? 0);
    if (skipTo > currentProgress)
      return {
        status: 'SUCCEEDED',
        reason: { summary: `${nameOf(monitorOf(task))} let the deploy go on to ${skipTo} % before` },
      };
    return askMonitor(task, 'evaluateHealth', { currentProgress });
  },
};

/** Asks an external monitor whether a deploy may go on after a step. */
export default defineStage({
  type: 'evaluateDeploymentHealth',
  label: 'Evaluate deployment health',
  description: 'Asks a deployment monitor whether a deploy may go on; a step of the monitored strategy',
  schema: stageSchema,
  examples: [
    {
      account: 'local-gce',
      region: 'us-central1',
      newServerGroup: 'hello-prod-v001',
      oldServerGroup: 'hello-prod-v000',
      deploymentMonitor: { id: 'logs', parameters: { threshold: 3 } },
      currentProgress: 25,
    },
  ],
  tasks: () => [evaluateDeploymentHealth],
});
