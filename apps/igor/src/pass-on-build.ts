import { namedOnly } from '@gennaker/contracts/people';
import { ServiceError } from '@gennaker/contracts/error';
import type { EventAnswer } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import { backoffMs } from '@gennaker/store/outbox';
import type { Igor } from './igor.ts';
import { archivedProperties } from './archived-properties.ts';
import { fetchBuild } from './jenkins/jenkins-api.ts';
import { masterNamed } from './jenkins/masters.ts';
import { buildOfPayload, notificationSchema } from './jenkins/notification.ts';

/** Builds of one master that one sweep passes on. */
const AT_ONCE = 20;

interface NotificationRow {
  key: string;
  master: string;
  job: string;
  number: number;
  /** null: no webhook told of the build, a look at the master did. */
  payload: unknown;
  user: string;
  trace: string | null;
  attempts: number;
  answer: EventAnswer | null;
}

/** The build still runs: its master ends it soon, and the build is asked for again. */
class StillBuilding extends Error {}

/** Hands a stored build to echo, once: a build that echo has answers what echo said then, with `repeated`. */
export async function passOnBuild(igor: Igor, key: string, repeated = false): Promise<EventAnswer> {
  const { rows } = await igor.db.pool.query<NotificationRow>(
    `select key, master, job, number, payload, "user", trace, attempts, answer from igor.notifications where key = $1`,
    [key],
  );
  const row = rows[0];
  if (!row) throw new Error(`The notification ${key} vanished while it was read; send it again.`);
  if (row.answer) return { ...row.answer, repeated: true };
  try {
    const { buildInfo, propertyFiles } = await buildOf(igor, row);
    const answer = await igor.echo.post(
      {
        body: {
          key,
          type: 'jenkins',
          source: row.master,
          user: row.user,
          content: {
            master: row.master,
            job: row.job,
            buildInfo,
            properties: buildInfo.parameters ?? {},
            ...(propertyFiles === undefined ? {} : { propertyFiles }),
          },
        },
      },
      { key, identity: namedOnly(row.user), ...(row.trace ? { traceparent: row.trace } : {}) },
    );
    await igor.db.pool.query(
      `update igor.notifications set answer = $2::jsonb, done_at = $3, reason = null where key = $1`,
      [key, JSON.stringify(answer), new Date(igor.clock.now())],
    );
    return repeated ? { ...answer, repeated: true } : answer;
  } catch (error) {
    return await postpone(igor, row, error);
  }
}

async function buildOf(igor: Igor, row: NotificationRow) {
  const master = masterNamed(igor.connections, row.master);
  if (master.settings.trustPayload && row.payload !== null)
    return { buildInfo: buildOfPayload(master, row.job, notificationSchema.parse(row.payload)) };
  const buildInfo = await fetchBuild(master, row.job, row.number);
  if (buildInfo.building) throw new StillBuilding(`Master "${row.master}" says that build ${row.number} still runs`);
  return { buildInfo, propertyFiles: await archivedProperties(master, row.job, buildInfo) };
}

/** A refusal ends it; anything else is tried again after a pause that grows. */
async function postpone(igor: Igor, row: NotificationRow, error: unknown): Promise<EventAnswer> {
  const refused = error instanceof ServiceError && error.status < 500 && error.status !== 429 && error.status !== 408;
  const summary = error instanceof Error ? error.message : String(error);
  const fix = error instanceof ServiceError ? error.details.fix : undefined;
  const reason: Reason = {
    summary,
    next: refused ? (fix ?? 'send the notification again') : `tried again until it works${fix ? `; ${fix}` : ''}`,
  };
  const answer: EventAnswer = { eventProcessed: false, eventId: row.key, matches: [], reason };
  const due = igor.clock.now() + (error instanceof StillBuilding ? 1_000 : backoffMs(row.attempts + 1));
  if (refused) await igor.db.pool.query('delete from igor.notifications where key = $1 and done_at is null', [row.key]);
  else
    await igor.db.pool.query(
      `update igor.notifications set attempts = attempts + 1, reason = $2::jsonb,
         next_at = to_timestamp($3::double precision / 1000) where key = $1 and done_at is null`,
      [row.key, JSON.stringify(reason), due],
    );
  if (refused) throw error;
  return answer;
}

/**
 * Passes on the builds that are due: those that a crash, or a silent master or echo, left behind, and those that a look found.
 * The masters side by side, so that a slow one keeps no other waiting.
 */
export async function passOnOpenBuilds(igor: Igor): Promise<void> {
  const { rows } = await igor.db.pool.query<{ key: string; master: string }>(
    `select key, master from (
       select key, master, next_at, row_number() over (partition by master order by next_at) as place
       from igor.notifications where done_at is null and next_at <= to_timestamp($1::double precision / 1000)) as due
     where place <= ${AT_ONCE} order by next_at`,
    [igor.clock.now()],
  );
  await Promise.all(
    [...Map.groupBy(rows, ({ master }) => master).values()].map(async (due) => {
      for (const { key } of due)
        await passOnBuild(igor, key).catch((error: unknown) => {
          igor.log.warn(`${key} is given up: ${error instanceof Error ? error.message : String(error)}`);
        });
    }),
  );
}
