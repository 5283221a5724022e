import { createHash } from 'node:crypto';
import type { Notification } from '@gennaker/contracts/notification-settings';
import type { NotificationDelivery, NotificationMessage } from '@gennaker/contracts/notifications';
import type { Reason } from '@gennaker/contracts/execution';
import type { Queryable } from '@gennaker/store/database';
import { monotonicFactory } from 'ulid';
import { type NotificationTypes, readNotification } from './notification-type.ts';

/** Ids in the order of the messages, also within a millisecond. */
const nextId = monotonicFactory();

/** Time that a message is tried for, ms. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** A message to be stored, for one address. */
export interface NewDelivery {
  /** What it is of; the same and the same address is stored once. */
  readonly of: string;
  readonly level: NotificationDelivery['level'];
  readonly notification: Notification;
  readonly message: NotificationMessage;
}

/**
 * Stores messages to be sent; one that is stored already, by this key and address, is left as it is. What no type takes is
 * stored as given up, with the reason. Answers the ids of all, also of those that were there.
 */
export async function storeMessages(
  client: Queryable,
  types: NotificationTypes,
  messages: readonly NewDelivery[],
  now: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (const { of, level, notification, message } of messages) {
    const { address, addressKey, reason } = addressed(types, notification);
    const { rows } = await client.query<{ id: string }>(
      `insert into echo.notifications (id, key, type, level, event, address, address_key, application, execution_id,
         stage_id, notification, message, state, reason, created_at, updated_at, next_at, give_up_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14::jsonb, $15, $15, $15, $16)
       on conflict (key) do update set key = excluded.key returning id`,
      [
        nextId(now),
        `${of}:${addressKey}`,
        notification.type,
        level,
        message.event,
        address,
        addressKey,
        message.application.toLowerCase(),
        message.executionId ?? null,
        message.stageId ?? null,
        JSON.stringify(notification),
        JSON.stringify(message),
        reason === undefined ? 'waiting' : 'dead',
        reason === undefined ? null : JSON.stringify(reason),
        new Date(now),
        new Date(now + GIVE_UP_AFTER_MS),
      ],
    );
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

/** Who is told, as everybody may see it and as a key; and why nobody can be. */
function addressed(
  types: NotificationTypes,
  notification: Notification,
): { address: string; addressKey: string; reason?: Reason } {
  const { type, address = '' } = notification;
  const named = [type, address, ...['publisherName', 'repo', 'context'].map((name) => notification[name] ?? '')];
  const addressKey = createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 32);
  try {
    return { address: readNotification(types, notification).address, addressKey };
  } catch (error) {
    const summary = error instanceof Error ? error.message : String(error);
    return { address: type, addressKey, reason: { summary, next: 'correct the notification where it is stored' } };
  }
}
