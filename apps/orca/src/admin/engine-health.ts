import type { EngineHealth, SetAside } from '@gennaker/contracts/orca-admin';
import type { Queryable } from '@gennaker/store/database';

/** A process that did not report for so long is not counted as living, seconds. */
const LIVING_S = 10;

interface HealthRow {
  readonly paused: { by: string; at: number; reason: string | null } | null;
  readonly running: number;
  readonly waiting: number;
  readonly queued: number;
  readonly halted: number;
  readonly depth: number;
  readonly lag: number | null;
  readonly set_aside: number;
  readonly workers: (EngineHealth['workers'][number] & { rescues: Record<string, number> })[];
}

/** The engine's own health, from the tables: what waits, how late it is, who works, and what needed help. */
export async function engineHealth(db: Queryable): Promise<EngineHealth> {
  const { rows } = await db.query<HealthRow>({
    name: 'orca-engine-health',
    text: `select
        (select json_build_object('by', by_user, 'at', (extract(epoch from at) * 1000)::bigint, 'reason', reason) from orca.engine_pause) paused,
        open.*,
        (select count(*)::int from orca.queue_places) queued,
        (select count(*)::int from orca.set_aside) set_aside,
        (select coalesce(json_agg(json_build_object('owner', owner, 'instance', instance,
            'startedAt', (extract(epoch from started_at) * 1000)::bigint, 'seenAt', (extract(epoch from seen_at) * 1000)::bigint,
            'held', held, 'draining', draining, 'rescues', rescues) order by instance), '[]')
         from orca.workers where seen_at > now() - interval '${LIVING_S} seconds') workers
      from (
        select count(*) filter (where status = 'RUNNING' and owner is not null)::int running,
          count(*) filter (where status = 'RUNNING' and owner is null)::int waiting,
          count(*) filter (where status = 'PAUSED')::int halted,
          count(*) filter (where due_at < now())::int depth,
          extract(epoch from now() - min(due_at) filter (where due_at < now())) * 1000 lag
        from orca.executions where not complete
      ) open`,
  });
  const row = rows[0];
  if (!row) throw new Error('the health of the engine could not be read: the database answered nothing');
  const rescues: Record<string, number> = {};
  for (const worker of row.workers)
    for (const [cause, count] of Object.entries(worker.rescues)) rescues[cause] = (rescues[cause] ?? 0) + count;
  return {
    ...(row.paused === null
      ? {}
      : {
          pausedAll: {
            by: row.paused.by,
            at: row.paused.at,
            ...(row.paused.reason === null ? {} : { reason: row.paused.reason }),
          },
        }),
    executions: { running: row.running, waiting: row.waiting, queued: row.queued, paused: row.halted },
    depth: row.depth,
    lagMs: Math.round(Number(row.lag ?? 0)),
    rescues,
    setAside: row.set_aside,
    workers: row.workers.map(({ rescues: _rescues, ...worker }) => worker),
  };
}

/** Executions that were set aside, newest first. */
export async function listSetAside(db: Queryable): Promise<SetAside[]> {
  const { rows } = await db.query<SetAside & { at: string }>({
    name: 'orca-set-aside-list',
    text: `select s.execution_id as "executionId", e.application, e.name, s.attempts,
             (extract(epoch from s.at) * 1000)::bigint as at, s.reason, s.evidence
           from orca.set_aside s join orca.executions e on e.id = s.execution_id order by s.at desc limit 1000`,
  });
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}
