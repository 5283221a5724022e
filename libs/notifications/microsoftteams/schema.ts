import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A card in a channel of Microsoft Teams. */
export const microsoftTeamsNotificationSchema = notificationSchema.extend({
  type: z.literal('microsoftteams'),
  address: z
    .string()
    .regex(/^https?:\/\/\S+$|\$\{/, "must be the address of the channel's workflow, which begins with https://"),
});
