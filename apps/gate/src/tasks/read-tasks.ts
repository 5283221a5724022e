import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Task } from '@gennaker/contracts/front50';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/** An orchestration of orca in the shape of a task: its stages' tasks as steps, their contexts and outputs as variables. */
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

/** A task, whoever carries it out. @throws ServiceError 404 */
export async function getTask(gate: Gate, id: string, options: CallOptions): Promise<Task> {
  try {
    return await gate.front50.getTask({ params: { id } }, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    return taskView(await gate.orca.getExecution({ params: { id } }, options));
  }
}

/** Most tasks that one list looks through. */
const MOST = 1_000;

/** An application's tasks, newest first, front50's and orca's in one list. `page` counts from 1. */
export async function listTasks(
  gate: Gate,
  application: string,
  query: { page?: number | undefined; limit?: number | undefined; statuses?: string | undefined },
  options: CallOptions,
): Promise<Task[]> {
  const limit = query.limit ?? 100;
  const upTo = Math.min(MOST, limit * (query.page ?? 1));
  const [metadata, orchestrations] = await Promise.all([
    gate.front50.listTasks({ params: { application }, query: { limit: upTo } }, options),
    gate.orca.listTasks({ params: { application }, query: { limit: upTo, statuses: query.statuses } }, options),
  ]);
  const wanted = query.statuses?.split(',').filter(Boolean) ?? [];
  return [...metadata, ...orchestrations.map(taskView)]
    .filter((task) => wanted.length === 0 || wanted.includes(task.status))
    .toSorted((a, b) => b.buildTime - a.buildTime)
    .slice(upTo - limit, upTo);
}
