import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';
import { flag } from '../request.ts';

/** What executions are searched by. Times are epoch milliseconds, lists comma-separated. */
export interface ExecutionFilter {
  readonly triggerTypes?: string | undefined;
  readonly pipelineName?: string | undefined;
  readonly eventId?: string | undefined;
  readonly statuses?: string | undefined;
  readonly triggerTimeStartBoundary?: number | undefined;
  readonly triggerTimeEndBoundary?: number | undefined;
  readonly startIndex?: number | undefined;
  readonly size?: number | undefined;
  readonly expand?: boolean | undefined;
}

/** Most executions of one pipeline that a search looks through. */
const DEPTH = 200;

/** Does an execution fit what is searched? Pure; statuses are the store's business. */
export function fits(execution: ExecutionView, filter: ExecutionFilter): boolean {
  const types = filter.triggerTypes?.split(',').filter(Boolean);
  return (
    (types === undefined || types.length === 0 || types.includes(execution.trigger.type)) &&
    (filter.pipelineName === undefined || execution.name === filter.pipelineName) &&
    (filter.eventId === undefined || execution.trigger.eventId === filter.eventId) &&
    execution.buildTime >= (filter.triggerTimeStartBoundary ?? 0) &&
    execution.buildTime <= (filter.triggerTimeEndBoundary ?? Number.MAX_SAFE_INTEGER)
  );
}

/** An application's executions by what started them, newest first: the way from an event to its executions. */
export async function searchExecutions(
  gate: Gate,
  application: string,
  filter: ExecutionFilter,
  options: CallOptions,
): Promise<ExecutionView[]> {
  const { triggerTimeStartBoundary: from = 0, triggerTimeEndBoundary: to = Number.MAX_SAFE_INTEGER } = filter;
  if (from > to)
    throw badRequest(`The search starts at ${from}, after its end at ${to}`, {
      field: 'triggerTimeStartBoundary',
      fix: 'give a start before the end',
    });
  if (application === '*')
    throw badRequest('Executions are searched in one application', {
      field: 'application',
      fix: 'name the application in place of *',
    });
  const executions = await gate.orca.listForApplication(
    {
      params: { application },
      query: { limit: DEPTH, statuses: filter.statuses, expand: flag(filter.expand ?? false) },
    },
    options,
  );
  const start = filter.startIndex ?? 0;
  return executions
    .filter((execution) => fits(execution, filter))
    .toSorted((a, b) => b.buildTime - a.buildTime)
    .slice(start, start + (filter.size ?? 10));
}
