import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import {
  type DirectNotification,
  type NotificationDelivery,
  type NotificationMessage,
  notificationMessageSchema,
} from '@gennaker/contracts/notifications';
import type { Identity } from '@gennaker/contracts/people';
import { demand, mayRead } from '@gennaker/service/guard';
import { inTransaction } from '@gennaker/store/database';
import type { NotificationParts, Notifications } from './notifications.ts';
import { GIVE_UP_AFTER_MS, storeMessages } from './store-messages.ts';
import { linkTo } from './write-message.ts';

interface Row {
  readonly id: string;
  readonly type: string;
  readonly level: NotificationDelivery['level'];
  readonly event: string;
  readonly address: string;
  readonly application: string;
  readonly execution_id: string | null;
  readonly stage_id: string | null;
  readonly message: unknown;
  readonly state: NotificationDelivery['state'];
  readonly attempts: number;
  readonly reason: Reason | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly next_at: Date;
}

const COLUMNS = `id, type, level, event, address, application, execution_id, stage_id, message, state, attempts, reason,
  created_at, updated_at, next_at`;

function deliveryView(row: Row): NotificationDelivery {
  const message = notificationMessageSchema.safeParse(row.message);
  return {
    id: row.id,
    type: row.type,
    level: row.level,
    event: row.event,
    address: row.address,
    application: row.application,
    ...(row.execution_id === null ? {} : { executionId: row.execution_id }),
    ...(row.stage_id === null ? {} : { stageId: row.stage_id }),
    subject: message.data?.subject ?? '',
    text: message.data?.text ?? '',
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    ...(row.state === 'waiting' ? { nextAttempt: row.next_at.getTime() } : {}),
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}

/** Which deliveries; all that are given must hold. */
export interface DeliveryFilter {
  readonly state?: NotificationDelivery['state'] | undefined;
  readonly application?: string | undefined;
  readonly executionId?: string | undefined;
  /** Only those older than this one. */
  readonly before?: string | undefined;
  readonly limit?: number | undefined;
}

/** Messages and what became of them, newest first; only of applications that the caller may look at. */
export async function listDeliveries(
  { db, access }: Pick<NotificationParts, 'db' | 'access'>,
  identity: Identity,
  filter: DeliveryFilter,
): Promise<NotificationDelivery[]> {
  const application = filter.application?.toLowerCase();
  const open = (await access.authentication()) ? await readable({ db, access }, identity, application) : null;
  const { rows } = await db.pool.query<Row>(
    `select ${COLUMNS} from echo.notifications
     where ($1::text[] is null or application = any($1)) and ($2::text is null or state = $2)
       and ($3::text is null or execution_id = $3) and ($4::text is null or id < $4)
       and ($5::text is null or application = $5)
     order by id desc limit $6`,
    [
      open,
      filter.state ?? null,
      filter.executionId ?? null,
      filter.before ?? null,
      application ?? null,
      filter.limit ?? 100,
    ],
  );
  return rows.map(deliveryView);
}

/** Applications with messages that somebody may look at; of these only one, where it is named. */
async function readable(
  { db, access }: Pick<NotificationParts, 'db' | 'access'>,
  identity: Identity,
  application: string | undefined,
): Promise<string[]> {
  const { rows } = await db.pool.query<{ application: string }>(
    `select distinct application from echo.notifications where ($1::text is null or application = $1)`,
    [application ?? null],
  );
  const seen = await Promise.all(rows.map((row) => mayRead(access, identity, row.application)));
  return rows.flatMap((row, index) => (seen[index] ? [row.application] : []));
}

/**
 * Sends a message that was given up again, with a new day of tries; of one that waits, the next try is now.
 * @throws ServiceError 404, 403, and 409 for one that was delivered or discarded
 */
export async function retryDelivery(
  notifications: Notifications,
  identity: Identity,
  id: string,
): Promise<NotificationDelivery> {
  const now = notifications.clock.now();
  const delivery = await change(notifications, identity, id, {
    from: ['dead', 'waiting'],
    set: `state = 'waiting', next_at = $2, give_up_at = $3, updated_at = $2`,
    values: [new Date(now), new Date(now + GIVE_UP_AFTER_MS)],
  });
  notifications.poke();
  return delivery;
}

/** Sends a message no more. @throws ServiceError 404, 403, and 409 for one that was delivered or discarded */
export async function discardDelivery(
  notifications: Notifications,
  identity: Identity,
  id: string,
): Promise<NotificationDelivery> {
  const reason: Reason = { summary: `${identity.user} discarded it` };
  return change(notifications, identity, id, {
    from: ['dead', 'waiting'],
    set: `state = 'discarded', updated_at = $2, reason = $3::jsonb`,
    values: [new Date(notifications.clock.now()), JSON.stringify(reason)],
  });
}

async function change(
  { db, access }: Pick<NotificationParts, 'db' | 'access'>,
  identity: Identity,
  id: string,
  {
    from,
    set,
    values,
  }: { readonly from: readonly string[]; readonly set: string; readonly values: readonly unknown[] },
): Promise<NotificationDelivery> {
  const { rows: found } = await db.pool.query<{ application: string; state: string }>(
    'select application, state from echo.notifications where id = $1',
    [id],
  );
  if (found[0] === undefined)
    throw notFound(`There is no delivery "${id}"`, {
      field: 'id',
      fix: 'take the id from GET /notifications/deliveries',
    });
  await demand(access, identity, 'WRITE', found[0].application);
  const { rows } = await db.pool.query<Row>(
    `update echo.notifications set ${set} where id = $1 and state = any($${values.length + 2}) returning ${COLUMNS}`,
    [id, ...values, from],
  );
  if (rows[0] !== undefined) return deliveryView(rows[0]);
  throw new ServiceError(
    409,
    `Delivery ${id} is ${found[0].state}; only one that waits or was given up can be changed`,
    {
      field: 'id',
      fix: 'read the list again',
    },
  );
}

/** Stores a message that a program sends, for each of its addresses; the same key stores nothing twice. Answers their ids. */
export async function sendDirectly(
  notifications: Notifications,
  direct: DirectNotification,
  key: string,
): Promise<string[]> {
  const { clock, db, deckUrl } = notifications;
  const { source, additionalContext = {}, notificationType: type, severity, cc } = direct;
  const { application, executionId, user } = source;
  const text = (names: readonly string[]): string | undefined =>
    names
      .map((name) => additionalContext[name])
      .find((value): value is string => typeof value === 'string' && value !== '');
  const subject = text(['customSubject', 'subject']) ?? `${application}: a message${user ? ` of ${user}` : ''}`;
  const now = clock.now();
  const message: NotificationMessage = {
    event: direct.templateGroup ?? 'message',
    subject: subject.replaceAll(/\s+/g, ' ').slice(0, 300),
    text: text(['customBody', 'body', 'message']) ?? '',
    application,
    ...(executionId ? { executionId, link: linkTo(deckUrl, { application, id: executionId }) } : {}),
    ...(user ? { user } : {}),
    ...(severity ? { severity } : {}),
    at: now,
  };
  const messages = direct.to.map((address) => ({
    of: `direct:${key}`,
    level: 'direct' as const,
    notification: { type, address, ...(cc && cc.length > 0 ? { cc: cc.join(', ') } : {}) },
    message,
  }));
  const ids = await inTransaction(db, (client) => storeMessages(client, notifications, messages, now));
  notifications.poke();
  return ids;
}
