import { Queue, Worker } from 'bullmq';
import pg from 'pg';
import { closedLoop } from '../closed-loop.ts';
import { Batcher } from './batcher.ts';
import { connection } from './connection.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

const STAGES = 10;
const LAST = STAGES - 1;
const OUTPUT = JSON.stringify({ outputs: { ok: true, message: 'nothing to do', number: 1 } });

/** Stages wait for so many others, and let others go on: a graph, though here it is a line. */
const REFS = Array.from({ length: STAGES }, (_, ref) => ref);
const PENDING = REFS.map((ref) => (ref === 0 ? 0 : 1));
const after = (ref: number): readonly number[] => (ref < LAST ? [ref + 1] : []);

const TABLES = `
  create table if not exists loop_executions (id bigint primary key, status text not null, ended_at timestamptz);
  create table if not exists loop_stages (
    execution_id bigint, ref int, status text not null, pending int not null,
    started_at timestamptz, ended_at timestamptz, output jsonb, primary key (execution_id, ref)) with (fillfactor = 70);
  create table if not exists loop_ready (
    execution_id bigint, ref int, created_at timestamptz default now(), primary key (execution_id, ref));
  truncate loop_executions, loop_stages, loop_ready`;

const CREATE = `with made as (
    insert into loop_executions (id, status) select unnest($1::bigint[]), 'RUNNING' returning id),
  stages as (
    insert into loop_stages (execution_id, ref, status, pending)
    select made.id, s.ref, case when s.pending = 0 then 'RUNNING' else 'NOT_STARTED' end, s.pending
    from made, unnest($2::int[], $3::int[]) as s(ref, pending))
  insert into loop_ready (execution_id, ref) select id, 0 from made`;

const ADVANCE = `with given as (select * from unnest($1::bigint[], $2::int[]) as t(id, ref)),
  done as (
    update loop_stages s set status = 'SUCCEEDED', ended_at = now(), output = $6::jsonb from given
    where s.execution_id = given.id and s.ref = given.ref and s.status = 'RUNNING'
    returning s.execution_id as id, s.ref),
  less as (
    select edge.id, edge.target, count(*)::int as n
    from unnest($3::bigint[], $4::int[], $5::int[]) as edge(id, source, target)
    join done on done.id = edge.id and done.ref = edge.source group by 1, 2),
  next as (
    update loop_stages s set pending = s.pending - less.n, started_at = now(),
      status = case when s.pending = less.n then 'RUNNING' else s.status end
    from less where s.execution_id = less.id and s.ref = less.target returning s.execution_id as id, s.ref, s.status),
  taken as (
    delete from loop_ready r using done where r.execution_id = done.id and r.ref = done.ref),
  finished as (
    update loop_executions x set status = 'SUCCEEDED', ended_at = now() from done where x.id = done.id and done.ref = ${LAST}),
  ready as (
    insert into loop_ready (execution_id, ref) select id, ref from next where status = 'RUNNING'
    returning execution_id, ref)
  select execution_id::int as id, ref from ready`;

interface Step {
  readonly id: number;
  readonly ref: number;
}

/**
 * The bare group-commit loop that the engine's throughput is a share of: stages of a graph as rows, every step committed
 * with its output before the next begins, what is ready kept in a table, and one job of BullMQ per execution. It has no
 * engine around it: no HTTP, no claims, no history, no settings, no stage types.
 */
export async function groupCommit(options: PeerOptions): Promise<Measured> {
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 4 });
  await pool.query(TABLES);
  const creations = new Batcher<number, true>(async (ids) => {
    await pool.query({ name: 'create', text: CREATE, values: [ids, REFS, PENDING] });
    return ids.map(() => true);
  });
  const steps = new Batcher<Step, readonly number[]>(async (items) => {
    const edges = items.flatMap(({ id, ref }) => after(ref).map((target) => ({ id, ref, target })));
    const { rows } = await pool.query<Step>({
      name: 'advance',
      text: ADVANCE,
      values: [
        items.map(({ id }) => id),
        items.map(({ ref }) => ref),
        edges.map(({ id }) => id),
        edges.map(({ ref }) => ref),
        edges.map(({ target }) => target),
        OUTPUT,
      ],
    });
    const ready = new Map<number, number[]>();
    for (const { id, ref } of rows) ready.set(id, [...(ready.get(id) ?? []), ref]);
    return items.map(({ id }) => ready.get(id) ?? []);
  });
  const name = `loop-${process.pid}`;
  const queue = new Queue<{ id: number }>(name, { connection: connection(options.redisUrl) });
  const ended = new Map<number, () => void>();
  const advance = async (id: number, ref: number): Promise<void> => {
    const next = await steps.add({ id, ref });
    if (ref === LAST) ended.get(id)?.();
    await Promise.all(next.map((target) => advance(id, target)));
  };
  const worker = new Worker<{ id: number }>(name, ({ data }) => advance(data.id, 0), {
    connection: { ...connection(options.redisUrl), maxRetriesPerRequest: null },
    concurrency: Math.max(50, options.inFlight),
  });
  await worker.waitUntilReady();
  let number = 0;
  const run = async (): Promise<void> => {
    const id = ++number;
    const over = new Promise<void>((resolve) => ended.set(id, resolve));
    await creations.add(id);
    await queue.add('execution', { id }, { removeOnComplete: true, jobId: `execution-${id}` });
    await over;
    ended.delete(id);
  };
  await closedLoop(Math.min(100, options.count), options.inFlight, run);
  const result = await measure(options, STAGES, () => closedLoop(options.count, options.inFlight, run));
  const { rows } = await pool.query<{ left: string }>(
    `select (select count(*) from loop_stages where status <> 'SUCCEEDED') + (select count(*) from loop_ready) as left`,
  );
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  await pool.end();
  if (rows[0]?.left !== '0') throw new Error(`the loop left ${rows[0]?.left} stages behind`);
  return result;
}
