import type { NotificationSettings } from '@gennaker/contracts/notification-settings';
import type { NotificationParts } from './notifications.ts';
import { type CommonNotifications, notificationsIn } from './notices.ts';

/** How long settings that were read are good, ms: many executions begin and end meanwhile. */
const GOOD_MS = 2_000;
const MOST_KEPT = 1_000;

/**
 * Reads the notifications of all applications and of one, which may be two seconds old.
 * @throws ServiceError while front50 cannot be asked
 */
export function commonNotifications({
  front50,
  clock,
}: Pick<NotificationParts, 'front50' | 'clock'>): (application: string) => Promise<CommonNotifications> {
  const kept = new Map<string, { readonly until: number; readonly settings: Promise<NotificationSettings> }>();
  const read = (level: 'global' | 'application', application: string): Promise<NotificationSettings> => {
    const key = `${level}:${application}`;
    const known = kept.get(key);
    if (known && clock.now() < known.until) return known.settings;
    if (kept.size >= MOST_KEPT) kept.clear();
    const settings = front50.getNotificationSettings({ params: { level, application } });
    kept.set(key, { until: clock.now() + GOOD_MS, settings });
    settings.catch(() => kept.delete(key));
    return settings;
  };
  return async (application) => {
    const [global, own] = await Promise.all([read('global', 'global'), read('application', application.toLowerCase())]);
    return {
      global: Object.values(global).flatMap(notificationsIn),
      application: Object.values(own).flatMap(notificationsIn),
    };
  };
}
