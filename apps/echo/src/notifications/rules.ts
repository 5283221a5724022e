import type { directNotificationRoutes, notificationRoutes } from '@gennaker/contracts/notifications';
import type { Rules } from '@gennaker/service/guard';

/**
 * Who may call what: a test reaches people, and so do retries, which WRITE of the application allows. Deliveries are shown to
 * those who may READ their application; that and whose a delivery is, the handlers find out.
 */
export const notificationRules: Rules<typeof notificationRoutes & typeof directNotificationRoutes> = {
  notificationMetadata: 'signed',
  previewNotification: { needs: 'READ', of: ({ body }) => body.application },
  testNotification: { needs: 'WRITE', of: ({ body }) => body.application },
  listNotificationDeliveries: 'signed',
  retryNotificationDelivery: 'signed',
  discardNotificationDelivery: 'signed',
  sendNotification: 'service',
};
