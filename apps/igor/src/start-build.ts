import { ServiceError } from '@gennaker/contracts/error';
import type { Igor } from './igor.ts';
import type { JenkinsConnection } from './jenkins/jenkins-connection.ts';
import { jobName } from '@gennaker/contracts/jenkins-job';
import { masterNamed } from './jenkins/masters.ts';
import { askForBuild, startableJob, takenStarts } from './jenkins/start-job.ts';

/** How long whoever asks a master for a build is alone with that: longer than its calls may take together, ms. */
const LEASE_MS = 60_000;

/** A start as it was asked for. */
export interface StartCall {
  readonly key: string;
  readonly master: string;
  readonly job: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface StartRow {
  job: string;
  master: string;
  parameters: Record<string, string>;
  lease: number;
  watermark: number | null;
  queue_item: number | null;
  cancelled: boolean;
}

const COLUMNS = `job, master, parameters, lease, watermark::float8 as watermark, queue_item::float8 as queue_item,
  cancelled_at is not null as cancelled`;

/**
 * Starts a build, once for each key. Where an earlier call got no answer from the master, its build is looked for first:
 * the queue items that the master had before that call are known by their numbers, so that whatever is new and has the same
 * parameters is that build. The answer has no queue item while another call is at it.
 * @throws ServiceError 404, 400 and 409 for what cannot be started, or as the connection says
 */
export async function startBuild(igor: Igor, call: StartCall): Promise<{ queueItem?: number }> {
  const master = masterNamed(igor.connections, call.master);
  const job = jobName(call.job);
  const row = await takeStart(igor, { ...call, job });
  if (row === undefined) return {};
  if (row.queue_item !== null) return { queueItem: row.queue_item };
  if (row.cancelled)
    throw new ServiceError(409, `The build of ${job} was called off before it was started`, {
      fix: 'start it again with another key',
    });
  if (row.job !== job || row.master !== call.master)
    throw new ServiceError(409, `This key has started ${row.job} on ${row.master} already`, {
      fix: 'use a key of its own for each start',
    });
  try {
    const found = await startableJob(master, job, row.parameters, call.signal);
    const lost = row.watermark === null ? undefined : await findLost(igor, master, row, call.signal);
    if (lost === undefined && row.watermark === null) await markBefore(igor, master, call.key, row, call.signal);
    const queueItem = lost ?? (await askForBuild(master, found, row.parameters, call.signal));
    await igor.db.pool.query('update igor.starts set queue_item = $2 where key = $1', [call.key, queueItem]);
    return { queueItem };
  } catch (error) {
    await giveBack(igor, call.key, row.lease, error);
    throw error;
  }
}

/** The start's row: taken by this call, or settled. undefined: another call is at it. */
async function takeStart(igor: Igor, call: StartCall): Promise<StartRow | undefined> {
  const now = igor.clock.now();
  const { rows } = await igor.db.pool.query<StartRow>(
    `insert into igor.starts as s (key, master, job, parameters, asked_at, leased_until)
     values ($1, $2, $3, $4::jsonb, to_timestamp($5::double precision / 1000), to_timestamp($6::double precision / 1000))
     on conflict (key) do update set lease = s.lease + 1, leased_until = excluded.leased_until
       where s.queue_item is null and s.cancelled_at is null and s.leased_until <= excluded.asked_at
     returning ${COLUMNS}`,
    [call.key, call.master, call.job, JSON.stringify(call.parameters), now, now + LEASE_MS],
  );
  if (rows[0]) return rows[0];
  const settled = await igor.db.pool.query<StartRow>(
    `select ${COLUMNS} from igor.starts where key = $1 and (queue_item is not null or cancelled_at is not null)`,
    [call.key],
  );
  return settled.rows[0];
}

/** Notes which queue items there are before the master is asked. @throws ServiceError 409 when it was called off meanwhile */
async function markBefore(
  igor: Igor,
  master: JenkinsConnection,
  key: string,
  row: StartRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  const taken = await takenStarts(master, row.job, signal);
  const { rowCount } = await igor.db.pool.query(
    'update igor.starts set watermark = $3 where key = $1 and lease = $2 and cancelled_at is null',
    [key, row.lease, taken.at(-1)?.queueItem ?? 0],
  );
  if (rowCount === 0)
    throw new ServiceError(409, `The build of ${row.job} was called off before it was started`, {
      fix: 'start it again with another key',
    });
}

/** The queue item of a start whose answer was lost: new since then, with its parameters, and nobody else's. */
async function findLost(
  igor: Igor,
  master: JenkinsConnection,
  row: StartRow,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const taken = await takenStarts(master, row.job, signal);
  const alike = taken
    .filter(({ queueItem }) => queueItem > (row.watermark ?? 0))
    .filter((start) =>
      Object.entries(row.parameters).every(([name, value]) => String(start.parameters[name]) === value),
    )
    .map(({ queueItem }) => queueItem);
  const { rows } = await igor.db.pool.query<{ item: number }>(
    'select queue_item::float8 as item from igor.starts where master = $1 and queue_item = any($2::bigint[])',
    [row.master, alike],
  );
  const claimed = new Set(rows.map(({ item }) => item));
  return alike.find((item) => !claimed.has(item));
}

/** Lets the next call try at once; a start that was refused leaves nothing behind. */
async function giveBack(igor: Igor, key: string, lease: number, error: unknown): Promise<void> {
  const refused = error instanceof ServiceError && error.status < 500;
  await igor.db.pool.query(
    refused
      ? 'delete from igor.starts where key = $1 and lease = $2 and queue_item is null and cancelled_at is null'
      : 'update igor.starts set leased_until = asked_at where key = $1 and lease = $2',
    [key, lease],
  );
}

/**
 * Calls a start off: one that has not begun never begins. Answers the queue item of one that has.
 * @throws ServiceError as the connection says, while it is not known what became of it
 */
export async function callOffStart(
  igor: Igor,
  call: { readonly key: string; readonly master: string; readonly job: string; readonly signal?: AbortSignal },
): Promise<number | undefined> {
  const master = masterNamed(igor.connections, call.master);
  const now = igor.clock.now();
  const { rows } = await igor.db.pool.query<StartRow>(
    `insert into igor.starts as s (key, master, job, parameters, asked_at, leased_until, cancelled_at)
     values ($1, $2, $3, '{}', to_timestamp($4::double precision / 1000), to_timestamp($4::double precision / 1000),
       to_timestamp($4::double precision / 1000))
     on conflict (key) do update set cancelled_at = coalesce(s.cancelled_at, excluded.cancelled_at)
     returning ${COLUMNS}`,
    [call.key, call.master, jobName(call.job), now],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.queue_item !== null) return row.queue_item;
  return row.watermark === null ? undefined : findLost(igor, master, row, call.signal);
}
