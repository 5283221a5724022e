import { ServiceError } from '@gennaker/contracts/error';
import type { Task } from '@gennaker/contracts/front50';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/** A task, whoever carries it out. @throws ServiceError 404 */
export async function getTask(gate: Gate, id: string, options: CallOptions): Promise<Task> {
  try {
    return await gate.front50.getTask({ params: { id } }, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    return gate.orca.getTask({ params: { id } }, options);
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
  return [...metadata, ...orchestrations]
    .filter((task) => wanted.length === 0 || wanted.includes(task.status))
    .toSorted((a, b) => b.buildTime - a.buildTime)
    .slice(upTo - limit, upTo);
}
