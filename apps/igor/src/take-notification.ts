import type { EventAnswer } from '@gennaker/contracts/echo';
import type { Igor } from './igor.ts';
import { checkToken, masterNamed } from './jenkins/masters.ts';
import { notifiedJob, readNotification } from './jenkins/notification.ts';
import { passOnBuild } from './pass-on-build.ts';

/** A webhook call as it came. */
export interface NotificationCall {
  readonly master: string;
  readonly token: string | undefined;
  readonly body: Uint8Array;
  readonly user: string;
  readonly trace: string;
}

/** How long a build is left to the call that brought it before the sweep takes it, ms. */
const LEFT_TO_CALLER_MS = 30_000;
/** Phases in which a build has its result. The plugin sends both for one build; they count once. */
const ENDED = new Set(['COMPLETED', 'FINALIZED']);

/**
 * Takes a notification of a master's build: stores it, fetches the build and hands it to echo. A build counts once,
 * however often and in whatever phase it is told of. When the master or echo does not answer, it is tried again until
 * they do (`eventProcessed: false` with the reason).
 * @throws ServiceError 404 for an unknown master, 403 for a wrong token, 400 for another payload
 */
export async function takeNotification(igor: Igor, call: NotificationCall): Promise<EventAnswer> {
  const master = masterNamed(igor.connections, call.master).settings;
  checkToken(master, call.token);
  const notification = readNotification(call.body);
  const { number, phase } = notification.build;
  const job = notifiedJob(notification);
  const key = `jenkins:${master.name}:${job}:${number}`;
  if (!ENDED.has(phase))
    return {
      eventProcessed: false,
      eventId: key,
      matches: [],
      reason: {
        summary: `build ${number} of ${job} is in phase ${phase}`,
        next: 'it counts when it is COMPLETED or FINALIZED',
      },
    };
  const now = igor.clock.now();
  const { rowCount } = await igor.db.pool.query(
    `insert into igor.notifications (key, master, job, number, payload, "user", trace, received_at, next_at)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, to_timestamp($8::double precision / 1000),
       to_timestamp(($8::double precision + $9) / 1000))
     on conflict (key) do nothing`,
    [key, master.name, job, number, JSON.stringify(notification), call.user, call.trace, now, LEFT_TO_CALLER_MS],
  );
  return passOnBuild(igor, key, rowCount === 0);
}
