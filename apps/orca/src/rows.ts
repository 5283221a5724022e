import { ServiceError } from '@gennaker/contracts/error';
import type { EngineEvent } from '@gennaker/engine/events';
import type { Declared, ExecutionState, Json, StageState } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { evolve } from '@gennaker/engine/evolve';
import { stageRecord } from '@gennaker/engine/stage-record';
import { readBlobs, references, unpack } from './blobs.ts';
import { bagsOf, openEvent } from './history-entry.ts';

/** What an execution is from its beginning to its end, but for its stages. */
type Fixed = Pick<
  ExecutionState,
  | 'id'
  | 'type'
  | 'application'
  | 'name'
  | 'description'
  | 'pipelineConfigId'
  | 'origin'
  | 'buildTime'
  | 'trigger'
  | 'authentication'
  | 'notifications'
  | 'startTimeExpiry'
  | keyof Declared
>;
/** What of it changes. */
export type Live = Omit<ExecutionState, keyof Fixed | 'stages'>;
/** A stage without context and outputs, which have columns of their own. */
export type StageData = Omit<StageState, 'context' | 'outputs'>;

/** A row of orca.stages, as it is read. */
export interface StageRow {
  readonly data: StageData;
  readonly context: Json;
  readonly outputs: Json;
}

/** A row of orca.executions, as it is read. */
export interface ExecutionRow {
  readonly id: string;
  readonly data: Fixed;
  readonly live: Live;
  /** What the rows do not show yet, by LATER_OF; null: nothing. */
  readonly later: Later | null;
}

/** Transitions since the version that an execution's rows show; `from` 0: its stages have no rows yet. */
interface Later {
  readonly from: number;
  readonly transitions: readonly (readonly EngineEvent[])[];
}

/** The part of a state that is written once. */
export function fixedOf(state: ExecutionState): Fixed {
  const { stages: _stages, ...rest } = state;
  const live: Record<string, unknown> = rest;
  const fixed = { ...live };
  for (const key of Object.keys(liveOf(state))) delete fixed[key];
  return fixed as unknown as Fixed;
}

/** The part of a state that is written with each transition. */
export function liveOf(state: ExecutionState): Live {
  const {
    status,
    startTime,
    endTime,
    canceled,
    canceledBy,
    cancellationReason,
    paused,
    reason,
    version,
    nextPosition,
  } = state;
  return {
    status,
    canceled,
    version,
    nextPosition,
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
    ...(canceledBy === undefined ? {} : { canceledBy }),
    ...(cancellationReason === undefined ? {} : { cancellationReason }),
    ...(paused === undefined ? {} : { paused }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The part of a stage that is one column. */
export function stageDataOf(stage: StageState): StageData {
  const { context: _context, outputs: _outputs, ...data } = stage;
  return data;
}

/** A state, and what of it the rows show: undefined when they show no stages yet. */
export interface ReadState {
  readonly state: ExecutionState;
  readonly shown: ExecutionState | undefined;
}

/**
 * Puts a row, its stages' rows and the history that they do not show together.
 * @throws Error when the history has a gap, or a big value is missing
 */
export function stateOf(
  row: Pick<ExecutionRow, 'data' | 'live' | 'later'>,
  stages: readonly StageRow[],
  blobs: ReadonlyMap<string, unknown>,
): ReadState {
  const shown = row.later?.from === 0 ? undefined : shownBy(row, stages, blobs);
  const events = (row.later?.transitions ?? []).flat().map((event) => openEvent(event, blobs));
  const state = events.reduce<ExecutionState | undefined>(evolve, shown);
  if (!state) throw new Error('The execution has neither rows nor a history.');
  return { state, shown };
}

function shownBy(
  row: Pick<ExecutionRow, 'data' | 'live'>,
  stages: readonly StageRow[],
  blobs: ReadonlyMap<string, unknown>,
): ExecutionState {
  const record = stageRecord();
  for (const { data, context, outputs } of stages.toSorted((a, b) => a.data.position - b.data.position))
    record[data.id] = { ...data, context: unpack(context, blobs), outputs: unpack(outputs, blobs) };
  return { ...row.data, ...row.live, stages: record };
}

/** The big values that rows refer to. */
export function blobsOf(
  db: Queryable,
  rows: readonly (Pick<ExecutionRow, 'later'> & { readonly stages: readonly StageRow[] })[],
): Promise<ReadonlyMap<string, unknown>> {
  const bags = rows.flatMap((row) => [
    ...row.stages.flatMap(({ context, outputs }) => [context, outputs]),
    ...(row.later?.transitions ?? []).flat().flatMap(bagsOf),
  ]);
  return readBlobs(db, references(bags));
}

/** SQL of what the rows of an execution `e` do not show yet. */
export const LATER_OF = `case when e.rows_version < e.version then (
    select json_build_object('from', e.rows_version, 'transitions', json_agg(v.data::json->'events' order by v.sequence))
    from orca.events v where v.execution_id = e.id and v.sequence > e.rows_version) end`;

/** Stages of some executions, by execution. */
export const STAGES_OF = `select coalesce(json_agg(json_build_object('data', s.data::json, 'context', s.context::json, 'outputs', s.outputs::json)), '[]')
  from orca.stages s where s.execution_id = e.id`;

/** As STAGES_OF, without what fills lists: of the contexts only the group, no outputs. */
const NARROW_STAGES_OF = `select coalesce(json_agg(json_build_object('data', s.data::json, 'context',
    case when s.context::json->>'group' is null then '{}' else json_build_object('group', s.context::json->>'group') end, 'outputs', '{}'::json)), '[]')
  from orca.stages s where s.execution_id = e.id`;

/**
 * Reads executions with their stages, in the order of the ids; unknown ids are left out. `narrow`: stages come without
 * outputs and contexts.
 */
export async function readExecutions(db: Queryable, ids: readonly string[], narrow = false): Promise<ExecutionState[]> {
  if (ids.length === 0) return [];
  // One statement is one snapshot: a row never comes with the stages of another moment.
  const { rows } = await db.query<ExecutionRow & { stages: StageRow[] }>({
    name: narrow ? 'orca-executions-narrow' : 'orca-executions',
    text: `select e.id, e.data, e.live, ${LATER_OF} later, (${narrow ? NARROW_STAGES_OF : STAGES_OF}) stages
           from orca.executions e where e.id = any($1)`,
    values: [ids],
  });
  const blobs = await blobsOf(db, rows);
  const byId = new Map(rows.map((row) => [row.id, stateOf(row, row.stages, blobs).state]));
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
