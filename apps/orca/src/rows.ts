import type { Queryable } from '@gennaker/store/database';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import { ServiceError } from '@gennaker/contracts/error';

/** An execution without its stages, as the row keeps it. */
type Shell = Omit<ExecutionState, 'stages'>;

interface ExecutionRow {
  readonly id: string;
  readonly data: Shell;
}

/** Puts a row and its stages' rows together. */
export function stateOf(data: Shell, stages: readonly StageState[]): ExecutionState {
  const ordered = stages.toSorted((a, b) => a.position - b.position);
  return { ...data, stages: Object.fromEntries(ordered.map((stage) => [stage.id, stage])) };
}

/** The row's part of a state. */
export function shellOf(state: ExecutionState): Shell {
  const { stages: _stages, ...shell } = state;
  return shell;
}

/** Reads the stages of one execution. */
export async function readStages(db: Queryable, executionId: string): Promise<StageState[]> {
  const { rows } = await db.query<{ data: StageState }>({
    name: 'orca-stages',
    text: 'select data from orca.stages where execution_id = $1 order by position',
    values: [executionId],
  });
  return rows.map((row) => row.data);
}

/** Reads executions with their stages, in the order of the ids; unknown ids are left out. */
export async function readExecutions(db: Queryable, ids: readonly string[]): Promise<ExecutionState[]> {
  if (ids.length === 0) return [];
  // One statement is one snapshot: a row never comes with the stages of another moment.
  const { rows } = await db.query<ExecutionRow & { stages: StageState[] }>({
    name: 'orca-executions',
    text: `select e.id, e.data,
             (select coalesce(json_agg(s.data order by s.position), '[]') from orca.stages s where s.execution_id = e.id) stages
           from orca.executions e where e.id = any($1)`,
    values: [ids],
  });
  const byId = new Map(rows.map((row) => [row.id, stateOf(row.data, row.stages)]));
  return ids.map((id) => byId.get(id)).filter((state) => state !== undefined);
}

/**
 * Reads one execution.
 * @throws ServiceError 404 naming the id.
 */
export async function readExecution(db: Queryable, id: string): Promise<ExecutionState> {
  const [state] = await readExecutions(db, [id]);
  if (!state)
    throw new ServiceError(404, `There is no execution ${id}`, { fix: 'check the id; list the executions first' });
  return state;
}
