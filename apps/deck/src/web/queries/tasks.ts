import type { ExecutionView, Reason } from '@gennaker/contracts/execution';
import { executionViewSchema } from '@gennaker/contracts/execution';
import type { Task } from '@gennaker/contracts/front50';
import type { Status } from '@gennaker/contracts/status';
import { isComplete, STATUS_FACTS, STATUSES } from '@gennaker/contracts/status';
import type { QueryClient } from '@tanstack/react-query';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { failedOperationOf } from '../infrastructure/operation-of-stage.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';
import { operationQuery } from './operations.ts';

/** A task of a list. One without an execution changed what is stored, and was done when it was answered. */
export interface ListedTask extends Pick<Task, 'id' | 'name' | 'status' | 'buildTime'> {
  readonly execution?: ExecutionView | undefined;
  /** Why it was refused. */
  readonly reason?: Reason | undefined;
}

/** Which tasks are listed; `left`: those that failed and left something behind in a cloud. */
export const TASK_FILTERS = ['running', 'failed', 'left'] as const;
export type TaskFilter = (typeof TASK_FILTERS)[number];

const failed = (status: Status): boolean => STATUS_FACTS[status].failure || status === 'CANCELED';

const FITS: Readonly<Record<TaskFilter, (status: Status) => boolean>> = {
  running: (status) => !isComplete(status),
  failed,
  left: failed,
};

/** Whether a task of this status can be among those of a filter. */
export function fits(filter: TaskFilter | undefined, status: Status): boolean {
  return filter === undefined || FITS[filter](status);
}

/** An application's newest tasks, `limit` of them, newest first. Kept fresh by the event stream. */
export function useTasks(application: string, filter: TaskFilter | undefined, limit: number) {
  const statuses = STATUSES.filter((status) => fits(filter, status)).join(',');
  return useQuery({
    queryKey: keys.tasks(application, filter ?? '', `${limit}`),
    queryFn: async ({ signal }) => {
      const query = { limit, ...(filter ? { statuses } : {}) };
      return (await gate.listApplicationTasks({ params: { application }, query }, { signal })).map(listed);
    },
    placeholderData: keepPreviousData,
  });
}

function listed({ id, name, status, buildTime, steps, execution }: Task): ListedTask {
  return {
    ...{ id, name, status, buildTime },
    execution: executionViewSchema.safeParse(execution).data,
    reason: steps.findLast(({ reason }) => reason)?.reason,
  };
}

/** Puts a newer view of a task's execution into every list of tasks that is known. */
export function putTask(client: QueryClient, execution: ExecutionView): void {
  const { id, name, status, buildTime, application } = execution;
  const task: ListedTask = { id, name, status, buildTime, execution };
  client.setQueriesData<readonly ListedTask[]>({ queryKey: keys.tasks(application) }, (known) => {
    if (!known) return known;
    const at = known.findIndex((each) => each.id === id);
    if (at < 0) return [task, ...known];
    return (known[at]?.execution?.version ?? -1) > (execution.version ?? Infinity) ? known : known.with(at, task);
  });
}

/** Which of these tasks have an operation that failed and was not undone whole; their ids. */
export function useLeftovers(tasks: readonly ListedTask[]): ReadonlySet<string> {
  const operations = tasks.flatMap(({ id, execution }) =>
    (execution?.stages ?? []).flatMap((stage) => {
      const operation = failedOperationOf(stage);
      return operation ? [{ task: id, operation }] : [];
    }),
  );
  return useQueries({
    queries: operations.map(({ task, operation }) => operationQuery(task, operation)),
    combine: (results) =>
      new Set(results.flatMap(({ data }, index) => (data?.leftovers?.length ? (operations[index]?.task ?? []) : []))),
  });
}
