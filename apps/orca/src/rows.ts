import { ServiceError } from '@gennaker/contracts/error';
import type { Declared, ExecutionState, Json, StageState } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { readBlobs, references, unpack } from './blobs.ts';

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

/** Puts a row and its stages' rows together. */
export function stateOf(
  row: Pick<ExecutionRow, 'data' | 'live'>,
  stages: readonly StageRow[],
  blobs: ReadonlyMap<string, unknown>,
): ExecutionState {
  const ordered = stages.toSorted((a, b) => a.data.position - b.data.position);
  return {
    ...row.data,
    ...row.live,
    stages: Object.fromEntries(
      ordered.map(({ data, context, outputs }) => [
        data.id,
        { ...data, context: unpack(context, blobs), outputs: unpack(outputs, blobs) },
      ]),
    ),
  };
}

/** The big values of stages' rows. */
export function blobsOf(db: Queryable, stages: readonly StageRow[]): Promise<ReadonlyMap<string, unknown>> {
  return readBlobs(db, references(stages.flatMap(({ context, outputs }) => [context, outputs])));
}

/** Stages of some executions, by execution. */
export const STAGES_OF = `select coalesce(json_agg(json_build_object('data', s.data, 'context', s.context, 'outputs', s.outputs)), '[]')
  from orca.stages s where s.execution_id = e.id`;

/** As STAGES_OF, without what fills lists: of the contexts only the group, no outputs. */
const NARROW_STAGES_OF = `select coalesce(json_agg(json_build_object('data', s.data, 'context',
    case when s.context->>'group' is null then '{}' else json_build_object('group', s.context->>'group') end, 'outputs', '{}'::json)), '[]')
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
    text: `select e.id, e.data, e.live, (${narrow ? NARROW_STAGES_OF : STAGES_OF}) stages from orca.executions e where e.id = any($1)`,
    values: [ids],
  });
  const blobs = narrow
    ? new Map()
    : await blobsOf(
        db,
        rows.flatMap((row) => row.stages),
      );
  const byId = new Map(rows.map((row) => [row.id, stateOf(row, row.stages, blobs)]));
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
