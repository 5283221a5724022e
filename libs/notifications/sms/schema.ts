import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A text message to a telephone. */
export const smsNotificationSchema = notificationSchema.extend({
  type: z.literal('sms'),
  address: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$|\$\{/, 'must be a telephone number with its country, such as +4915112345678'),
});
