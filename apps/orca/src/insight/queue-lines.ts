import type { Reason } from '@gennaker/contracts/execution';
import type { ExecutionQueue } from '@gennaker/contracts/orca-insight';
import type { Queryable } from '@gennaker/store/database';
import { type QueueRules, waitingReason } from '../queue/queue-rules.ts';

interface LineRow {
  readonly config_id: string;
  readonly application: string;
  readonly name: string;
  readonly slot_limit: number;
  readonly keep_waiting: boolean;
  readonly running: readonly string[];
  readonly waiting: readonly { readonly executionId: string; readonly since: number }[];
}

const LINES = `select q.config_id, q.application, q.name, q.slot_limit, q.keep_waiting,
    array(select s.execution_id from orca.slots s where s.config_id = q.config_id order by s.slot) running,
    (select coalesce(json_agg(json_build_object('executionId', p.execution_id,
        'since', floor(extract(epoch from p.since) * 1000)) order by p.place), '[]')
     from orca.queue_places p where p.config_id = q.config_id) waiting
  from orca.queues q`;

const rulesOf = (row: LineRow): QueueRules => ({
  configId: row.config_id,
  application: row.application,
  name: row.name,
  limit: row.slot_limit,
  keepWaiting: row.keep_waiting,
});

function lineOf(row: LineRow): ExecutionQueue {
  return {
    pipelineConfigId: row.config_id,
    application: row.application,
    name: row.name,
    limit: row.slot_limit,
    keepWaiting: row.keep_waiting,
    running: [...row.running],
    waiting: row.waiting.map((one, index) => ({
      executionId: one.executionId,
      position: index + 1,
      since: Number(one.since),
      reason: waitingReason(rulesOf(row), row.running, index),
    })),
  };
}

/** The pipelines whose executions wait for a slot, of one application or of all. */
export async function waitingLines(db: Queryable, application: string | undefined): Promise<ExecutionQueue[]> {
  const { rows } = await db.query<LineRow>({
    name: 'orca-lines',
    text: `${LINES} where exists (select from orca.queue_places p where p.config_id = q.config_id)
             and ($1::text is null or lower(q.application) = lower($1)) order by q.application, q.name, q.config_id`,
    values: [application ?? null],
  });
  return rows.map(lineOf);
}

/** Why an execution waits for a slot, as the line is now; undefined when it waits for none. */
export async function placeInLine(db: Queryable, executionId: string): Promise<Reason | undefined> {
  const { rows } = await db.query<LineRow>({
    name: 'orca-line-of',
    text: `${LINES} where q.config_id = (select config_id from orca.queue_places where execution_id = $1)`,
    values: [executionId],
  });
  const place = rows[0] && lineOf(rows[0]).waiting.find((one) => one.executionId === executionId);
  return (
    place && { ...place.reason, evidence: { ...place.reason.evidence, position: place.position, since: place.since } }
  );
}

/** Why a start would have to wait by these rules, as the line is now; undefined when it would not. */
export async function wouldWait(db: Queryable, rules: QueueRules): Promise<Reason | undefined> {
  const { rows } = await db.query<LineRow>({
    name: 'orca-line-of-pipeline',
    text: `${LINES} where q.config_id = $1`,
    values: [rules.configId],
  });
  const [row] = rows;
  if (!row || (row.waiting.length === 0 && row.running.length < rules.limit)) return undefined;
  return waitingReason(rules, row.running, row.waiting.length);
}

/** Why no engine takes an execution any further: it was set aside, or all are paused. */
export async function heldBack(db: Queryable, executionId: string): Promise<Reason | undefined> {
  const { rows } = await db.query<{
    aside: Reason | null;
    by_user: string | null;
    why: string | null;
    at: Date | null;
  }>({
    name: 'orca-held-back',
    text: `select (select reason from orca.set_aside where execution_id = $1) aside, p.by_user, p.reason why, p.at
           from (select) one left join orca.engine_pause p on true`,
    values: [executionId],
  });
  const [row] = rows;
  if (row?.aside) return row.aside;
  if (!row?.by_user) return undefined;
  return {
    summary: `${row.by_user} paused all engines${row.why ? `: ${row.why}` : ''}`,
    evidence: { by: row.by_user, at: row.at?.getTime() },
    next: 'it goes on when an administrator resumes the engines',
  };
}
