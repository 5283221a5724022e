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

/** Outputs without what depends on the moment: of a call, its answer's status and body are compared; ids of children not. */
function outputsOf({ outputs }: StageView): unknown {
  const text = JSON.stringify(outputs, (name, value: unknown) => {
    if (name === 'executionIds') return undefined;
    if (name !== 'webhook') return value;
    const { statusCode, body } = value as { readonly statusCode?: unknown; readonly body?: unknown };
    return { statusCode, body };
  });
  return JSON.parse(text);
}
