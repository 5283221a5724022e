import type { ExecutionView, StageView } from '@gennaker/contracts/execution';

/** How far an execution is, in a few words. */
export function shapeOf({ status, stages }: ExecutionView): string {
  const words = stages.map((stage) => `${stage.refId} ${stage.type} ${stage.status}`).toSorted();
  return [status, ...words].join('; ');
}

/** What an execution ended as, in words that are the same for each run of the same pipeline: all but ids and times. */
export function outcomeOf({ status, stages }: ExecutionView): string {
  return [status, ...stages.map(stageOutcome).toSorted()].join('\n');
}

function stageOutcome(stage: StageView): string {
  const tasks = stage.tasks.map((task) => `${task.name} ${task.status}`).join(', ');
  return `${stage.refId} ${stage.type} "${stage.name}" ${stage.status} [${tasks}] ${JSON.stringify(outputsOf(stage))}`;
}

/** Outputs without what depends on the moment: of a call, its answer's status and body are compared. */
function outputsOf({ outputs }: StageView): unknown {
  const webhook = outputs['webhook'] as { readonly statusCode?: unknown; readonly body?: unknown } | undefined;
  if (webhook === undefined) return outputs;
  return { ...outputs, webhook: { statusCode: webhook.statusCode, body: webhook.body } };
}
