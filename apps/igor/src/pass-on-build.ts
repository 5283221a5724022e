import { namedOnly } from '@gennaker/contracts/people';
import { ServiceError } from '@gennaker/contracts/error';
import type { EventAnswer } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { BuildInfo } from '@gennaker/contracts/igor';
import { backoffMs } from '@gennaker/store/outbox';
import type { IgorParts } from './igor.ts';
import { fetchBuild } from './jenkins/jenkins-api.ts';
import { masterNamed } from './jenkins/masters.ts';
import { buildOfPayload, notificationSchema } from './jenkins/notification.ts';

const AT_ONCE = 20;

interface NotificationRow {
  key: string;
  master: string;
  job: string;
  number: number;
  payload: unknown;
  user: string;
  trace: string | null;
  attempts: number;
  answer: EventAnswer | null;
}

/** The build still runs: its master ends it soon, and the build is asked for again. */
class StillBuilding extends Error {}

/** Hands a stored build to echo, once: a build that echo has answers what echo said then, with `repeated`. */
export async function passOnBuild(igor: IgorParts, key: string, repeated = false): Promise<EventAnswer> {
  const { rows } = await igor.db.pool.query<NotificationRow>(
    `select key, master, job, number, payload, "user", trace, attempts, answer from igor.notifications where key = $1`,
    [key],
  );
  const row = rows[0];
  if (!row) throw new Error(`The notification ${key} vanished while it was read; send it again.`);
  if (row.answer) return { ...row.answer, repeated: true };
  try {
    const buildInfo = await buildOf(igor, row);
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
            properties: buildInfo['parameters'] ?? {},
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

async function buildOf(igor: IgorParts, row: NotificationRow): Promise<BuildInfo> {
  const master = masterNamed(igor.masters, row.master);
  if (master.trustPayload) return buildOfPayload(master, row.job, notificationSchema.parse(row.payload));
  const build = await fetchBuild(master, row.job, row.number);
  if (build.building) throw new StillBuilding(`Master "${row.master}" says that build ${row.number} still runs`);
  return build;
}

/** A refusal ends it; anything else is tried again after a pause that grows. */
async function postpone(igor: IgorParts, row: NotificationRow, error: unknown): Promise<EventAnswer> {
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

/** Passes on the builds that are due: those that a crash, or a silent master or echo, left behind. */
export async function passOnOpenBuilds(igor: IgorParts): Promise<void> {
  const { rows } = await igor.db.pool.query<{ key: string }>(
    `select key from igor.notifications where done_at is null and next_at <= to_timestamp($1::double precision / 1000)
     order by next_at limit ${AT_ONCE}`,
    [igor.clock.now()],
  );
  for (const { key } of rows)
    await passOnBuild(igor, key).catch((error: unknown) => {
      igor.log.warn(`${key} is given up: ${error instanceof Error ? error.message : String(error)}`);
    });
}
