import { type NotificationSettings, notificationSettingsSchema } from '@gennaker/contracts/notification-settings';
import type { Queryable } from '@gennaker/store/database';
import { deleteDocument, findDocument, saveDocument } from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';

/** Whose notifications: an application's, or those of all. */
export interface Whose {
  readonly level: 'application' | 'global';
  readonly application: string;
}

/** No application has this name: it holds a character that names cannot carry. */
const GLOBAL = '*global*';

const OWN = new Set(['application', 'lastModified', 'lastModifiedBy']);
const keyOf = ({ level, application }: Whose): string =>
  level === 'global' ? GLOBAL : application.trim().toLowerCase();

/** Notification settings, as they were saved; an empty object when there are none. */
export async function getNotificationSettings(client: Queryable, whose: Whose): Promise<NotificationSettings> {
  const row = await findDocument(client, 'notifications', keyOf(whose));
  if (!row) return {};
  return {
    ...notificationSettingsSchema.parse(JSON.parse(row.body)),
    application: whose.level === 'global' ? 'global' : keyOf(whose),
    lastModified: Number(row.updated_at),
    lastModifiedBy: row.updated_by,
  };
}

/** Replaces notification settings, inside the caller's transaction. */
export async function saveNotificationSettings(
  front50: Front50,
  client: Queryable,
  whose: Whose,
  settings: NotificationSettings,
  user: string,
): Promise<NotificationSettings> {
  const body = Object.fromEntries(Object.entries(settings).filter(([key]) => !OWN.has(key)));
  const id = keyOf(whose);
  await saveDocument(client, { kind: 'notifications', id, nameKey: id, body, user, now: front50.clock.now() });
  return getNotificationSettings(client, whose);
}

/** Removes notification settings. That there are none is no error. */
export async function deleteNotificationSettings(
  front50: Front50,
  client: Queryable,
  whose: Whose,
  user: string,
): Promise<void> {
  await deleteDocument(client, 'notifications', keyOf(whose), { user, now: front50.clock.now() });
}
