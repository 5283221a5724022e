import { isComplete } from '@gennaker/contracts/status';
import { callOptions } from '@gennaker/extension-sdk/child-pipeline';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { dependsOnExecutionSchema } from './schema.ts';

const LOOK_MS = 10_000;
const TWO_HOURS_MS = 2 * 3600 * 1000;

/** Waits for another execution; whatever else than its success cancels this one. */
export default defineStage({
  type: 'dependsOnExecution',
  label: 'Depends on execution',
  description: 'Waits for another execution to succeed',
  schema: dependsOnExecutionSchema,
  examples: [{ executionType: 'PIPELINE', executionId: '01HZY' }],
  runsInDryRun: true,
  tasks: () => [
    {
      name: 'dependsOnExecution',
      timeoutMs: TWO_HOURS_MS,
      run: async (task) => {
        const { executionId } = task.context;
        const { name, status } = await task.ports.orca.getExecution({ params: { id: executionId } }, callOptions(task));
        const evidence = { executionId, status };
        if (status === 'SUCCEEDED') return { status, reason: { summary: `"${name}" succeeded`, evidence } };
        if (!isComplete(status))
          return {
            status: 'RUNNING',
            wakeAfterMs: LOOK_MS,
            reason: { summary: `Waits for "${name}", which is ${status}`, evidence, next: 'goes on when it succeeds' },
          };
        return {
          status: 'CANCELED',
          reason: {
            summary: `Cancelled: "${name}", which it depends on, ended ${status}`,
            evidence,
            next: 'look at that execution',
          },
        };
      },
    },
  ],
});
