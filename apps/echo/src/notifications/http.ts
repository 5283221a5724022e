import type { directNotificationRoutes, notificationRoutes } from '@gennaker/contracts/notifications';
import type { Handlers } from '@gennaker/contracts/route';
import { discardDelivery, listDeliveries, retryDelivery, sendDirectly } from './deliveries.ts';
import { lacks } from './notification-type.ts';
import type { Notifications } from './notifications.ts';
import { previewNotification, testNotification } from './try-notification.ts';

/** Echo's operations on notifications bound to their use cases. */
export function notificationHandlers(
  notifications: Notifications,
): Handlers<typeof notificationRoutes & typeof directNotificationRoutes> {
  return {
    notificationMetadata: () =>
      Object.values(notifications.types).map((definition) => {
        const reason = lacks(notifications, definition);
        return {
          notificationType: definition.type,
          label: definition.label,
          description: definition.description,
          ready: reason === undefined,
          ...(reason ? { reason } : {}),
          uiType: 'CUSTOM' as const,
          parameters: [],
        };
      }),
    previewNotification: ({ body, identity }) => previewNotification(notifications, identity, body),
    testNotification: ({ body, identity }) => testNotification(notifications, identity, body),
    listNotificationDeliveries: ({ query, identity }) => listDeliveries(notifications, identity, query),
    retryNotificationDelivery: ({ params, identity }) => retryDelivery(notifications, identity, params.id),
    discardNotificationDelivery: ({ params, identity }) => discardDelivery(notifications, identity, params.id),
    sendNotification: async ({ body, headers }) => ({
      deliveries: await sendDirectly(notifications, body, headers['idempotency-key'] ?? crypto.randomUUID()),
    }),
  };
}
