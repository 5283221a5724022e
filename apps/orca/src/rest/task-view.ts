import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Task } from '@gennaker/contracts/front50';

/** An orchestration in the shape of a task: its stages' tasks as steps, their contexts and outputs as variables. */
export function taskView(execution: ExecutionView): Task {
  const variables = new Map<string, unknown>();
  for (const stage of execution.stages)
    for (const [key, value] of Object.entries({ ...stage.context, ...stage.outputs })) variables.set(key, value);
  return {
    id: execution.id,
    name: execution.name,
    application: execution.application,
    status: execution.status,
    variables: [...variables].map(([key, value]) => ({ key, value })),
    steps: execution.stages.flatMap((stage) => stage.tasks),
    buildTime: execution.buildTime,
    ...(execution.startTime === undefined ? {} : { startTime: execution.startTime }),
    ...(execution.endTime === undefined ? {} : { endTime: execution.endTime }),
    execution,
  };
}
