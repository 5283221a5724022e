import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import { type NotificationMessage, notificationMessageSchema } from '@gennaker/contracts/notifications';
import { isRefusal } from '@gennaker/store/outbox';
import { Looker } from './looker.ts';
import { readNotification } from './notification-type.ts';
import type { NotificationParts } from './notifications.ts';

interface DueRow {
  readonly id: string;
  readonly type: string;
  readonly address: string;
  readonly address_key: string;
  readonly notification: Readonly<Record<string, unknown>>;
  readonly message: unknown;
  readonly attempts: number;
  readonly give_up_at: Date;
}

const LOOK_MS = 1_000;
const MOST_AT_ONCE = 50;
/** A message whose process died is sent again after this, ms; longer than any type takes. */
const LEASE_MS = 120_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Delivered and discarded messages are kept so long, ms. */
const KEPT_MS = 30 * 24 * 3_600_000;
const CLEAN_MS = 3_600_000;

/** Time before attempt n+1, ms: two seconds, doubling up to five minutes. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 12), LONGEST_PAUSE_MS);
}

/**
 * Sends the messages that wait, oldest first, one at a time to each address and many addresses at once, so that a receiver
 * that is down or slow holds up nobody else. A refusal is final; after anything else the message is sent again with growing
 * pauses, until it is too old. Both are given up: they stay with the reason until somebody retries or discards them.
 */
export function startDelivering(parts: NotificationParts): { poke(): void; close(): Promise<void> } {
  const sender = new Deliveries(parts);
  sender.poke();
  return sender;
}

class Deliveries {
  readonly #parts: NotificationParts;
  /** Addresses that are being sent to, with what waits for that. */
  readonly #sending = new Map<string, Promise<void>>();
  readonly #looker: Looker;
  #cleanAt = 0;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    this.#looker = new Looker({
      clock: parts.clock,
      everyMs: LOOK_MS,
      look: () => this.#look(),
      failed: (why) => parts.log.warn(`Notifications that wait cannot be read (${why}); looking again.`),
    });
  }

  poke(): void {
    this.#looker.poke();
  }

  async close(): Promise<void> {
    await this.#looker.close();
    await Promise.all(this.#sending.values());
  }

  async #look(): Promise<boolean> {
    for (const row of await this.#claim()) this.#start(row);
    await this.#clean();
    return false;
  }

  async #claim(): Promise<readonly DueRow[]> {
    const free = MOST_AT_ONCE - this.#sending.size;
    if (free <= 0) return [];
    const now = this.#parts.clock.now();
    const { rows } = await this.#parts.db.pool.query<DueRow>(
      `with due as (
         select distinct on (address_key) id from echo.notifications
         where state = 'waiting' and next_at <= $1 and not (address_key = any($2))
         order by address_key, next_at, id
       ), chosen as (select id from due limit $3)
       update echo.notifications n set attempts = attempts + 1, next_at = $4
       from chosen where n.id = chosen.id and n.state = 'waiting' and n.next_at <= $1
       returning n.id, n.type, n.address, n.address_key, n.notification, n.message, n.attempts, n.give_up_at`,
      [new Date(now), [...this.#sending.keys()], free, new Date(now + LEASE_MS)],
    );
    return rows;
  }

  #start(row: DueRow): void {
    const done = this.#send(row)
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        this.#parts.log.warn(`What came of notification ${row.id} could not be stored (${why}); it may be sent again.`);
      })
      .finally(() => {
        this.#sending.delete(row.address_key);
        // The next one to this address need not wait for the next look.
        this.poke();
      });
    this.#sending.set(row.address_key, done);
  }

  async #send(row: DueRow): Promise<void> {
    const { clock, db, http, igor, secret, log } = this.#parts;
    const failure = await attempt(async () => {
      const message: NotificationMessage = notificationMessageSchema.parse(row.message);
      const notification = readNotification(this.#parts, row.notification);
      if (notification.lacks) throw new NotReady(notification.lacks);
      await notification.send(message, { http, igor, secret, key: row.id, now: clock.now() });
    });
    const now = clock.now();
    const settle = (state: string, reason: Reason | undefined, next: number): Promise<unknown> =>
      db.pool.query(
        `update echo.notifications set state = $2, reason = $3::jsonb, next_at = $4, updated_at = $5
         where id = $1 and state = 'waiting' and attempts = $6`,
        [row.id, state, reason ? JSON.stringify(reason) : null, new Date(next), new Date(now), row.attempts],
      );
    if (failure === undefined) {
      await settle('delivered', undefined, now);
      return;
    }
    const summary = withoutSecrets(failure.summary, row.notification);
    const next = now + pauseAfter(row.attempts);
    if (!failure.final && next < row.give_up_at.getTime()) {
      await settle('waiting', { summary, ...evidenceOf(failure), next: 'it is sent again, with growing pauses' }, next);
      return;
    }
    const mend = failure.next ?? 'mend the cause and retry it, or discard it';
    await settle('dead', { summary, ...evidenceOf(failure), next: mend }, now);
    log.warn(`Notification ${row.id} (${row.type} to ${row.address}) is given up: ${summary}`);
  }

  /** Forgets what was delivered or discarded long ago, now and then. */
  async #clean(): Promise<void> {
    const now = this.#parts.clock.now();
    if (now < this.#cleanAt) return;
    this.#cleanAt = now + CLEAN_MS;
    await this.#parts.db.pool.query(
      `delete from echo.notifications where state in ('delivered', 'discarded') and updated_at < $1`,
      [new Date(now - KEPT_MS)],
    );
  }
}

/** Why a message did not go out. */
export interface SendFailure {
  readonly summary: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** Trying again cannot help. */
  readonly final: boolean;
  /** What mends it, where that is known. */
  readonly next?: string | undefined;
}

/** The configuration lacks what the type needs: who sets it up retries by hand. */
export class NotReady extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason.summary);
    this.reason = reason;
  }
}

/** Sends, and says why that failed; undefined: it did not. */
export async function attempt(send: () => Promise<void>): Promise<SendFailure | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    if (error instanceof NotReady) {
      const { summary, evidence = {}, next } = error.reason;
      return { summary, evidence, final: true, next };
    }
    const summary = error instanceof Error ? error.message : String(error);
    if (!(error instanceof ServiceError)) return { summary, final: false };
    const { fix: next } = error.details;
    return { summary, evidence: { status: error.status }, final: isRefusal(error.status), next };
  }
}

function evidenceOf({ evidence }: SendFailure): Pick<Reason, 'evidence'> {
  return evidence === undefined ? {} : { evidence: { ...evidence } };
}

/** A text without the path of the notification's address, which may be all that protects a channel, and without its headers. */
export function withoutSecrets(text: string, notification: Readonly<Record<string, unknown>>): string {
  const { address, headers } = notification;
  const hidden = headers !== null && typeof headers === 'object' ? Object.values(headers).filter(isText) : [];
  if (isText(address) && URL.canParse(address)) {
    const { pathname, search, username, password } = new URL(address);
    hidden.push(address, ...[pathname, search, username, password]);
  }
  return hidden.reduce((rest, secret) => (secret.length > 3 ? rest.replaceAll(secret, '…') : rest), text);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
