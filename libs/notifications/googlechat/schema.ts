import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A card in a space of Google Chat. */
export const googleChatNotificationSchema = notificationSchema.extend({
  type: z.literal('googlechat'),
  address: z
    .string()
    .regex(/^https?:\/\/\S+$|\$\{/, "must be the address of the space's webhook, which begins with https://"),
});
