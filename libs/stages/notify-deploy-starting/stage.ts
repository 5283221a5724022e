import { askMonitor } from '@gennaker/extension-sdk/deployment-monitor';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

/** Tells an external monitor of a deploy that begins, before anything is made; it may refuse. */
export default defineStage({
  type: 'notifyDeployStarting',
  label: 'Notify that a deploy starts',
  description:
    'Tells a deployment monitor that a deploy starts, and asks whether it may; a step of the monitored strategy',
  schema: stageSchema,
  examples: [{ account: 'local-gce', region: 'us-central1', deploymentMonitor: { id: 'logs' } }],
  tasks: () => [
    {
      name: 'notifyDeployStarting',
      async run(task) {
        // Nothing is there that could be skipped.
        const { outputs: _skips, ...result } = await askMonitor(task, 'starting', {});
        return result;
      },
    },
  ],
});
