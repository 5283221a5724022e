import { badRequest } from '@gennaker/contracts/error';
import { isComplete } from '@gennaker/contracts/status';
import { callOptions, type ChildFailure, failureOf } from '@gennaker/extension-sdk/child-pipeline';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type MonitorPipeline, monitorPipelineSchema } from './schema.ts';

const HALF_DAY_MS = 12 * 3600 * 1000;
const LOOK_MS = 15_000;

/** Waits for executions that run already: for all of them, or until the first failure. */
export default defineStage({
  type: 'monitorPipeline',
  label: 'Monitor pipelines',
  description: 'Waits for executions that run already',
  schema: monitorPipelineSchema,
  examples: [{ executionIds: ['01HZY'], monitorBehavior: 'WaitForAllToComplete' }],
  runsInDryRun: true,
  tasks: () => [{ name: 'monitorPipeline', timeoutMs: HALF_DAY_MS, run: monitor }],
  prepareForRestart: ({ context }) => ({ context, outputs: {} }),
});

async function monitor(task: TaskContext<MonitorPipeline>): Promise<TaskResult> {
  const { context } = task;
  const ids = [...new Set([...context.executionIds, ...(context.executionId ? [context.executionId] : [])])];
  if (ids.length === 0)
    throw badRequest(`"${task.stage.name}" names no execution`, {
      field: 'executionIds',
      fix: 'give the ids of executions that run',
    });
  const found = await Promise.all(ids.map((id) => task.ports.orca.getExecution({ params: { id } }, callOptions(task))));
  const executionStatuses: Record<string, { status: string; exception?: ChildFailure }> = {};
  for (const one of found) {
    const failed = isComplete(one.status) && one.status !== 'SUCCEEDED';
    executionStatuses[one.id] = { status: one.status, ...(failed ? { exception: failureOf(one) } : {}) };
  }
  const open = found.filter(({ status }) => !isComplete(status));
  const failed = found.filter(({ status }) => isComplete(status) && status !== 'SUCCEEDED');
  const outputs = { executionStatuses };
  if (open.length > 0 && (failed.length === 0 || context.monitorBehavior === 'WaitForAllToComplete'))
    return {
      status: 'RUNNING',
      outputs,
      wakeAfterMs: LOOK_MS,
      reason: {
        summary: `Waits for ${open.map(({ name }) => `"${name}"`).join(', ')}`,
        evidence: executionStatuses,
        next: 'goes on when they have ended',
      },
    };
  if (failed.length === 0)
    return { status: 'SUCCEEDED', outputs, reason: { summary: `All ${found.length} executions succeeded` } };
  return {
    status: 'TERMINAL',
    outputs,
    reason: {
      summary: failed.map(({ name, status }) => `"${name}" ended ${status}`).join('; '),
      evidence: executionStatuses,
      next: 'look at those executions',
    },
  };
}
