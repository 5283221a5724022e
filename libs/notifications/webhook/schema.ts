import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that say where a request goes and how long it is: not a user's to set. */
const OWN = /^(?:host|content-length|content-type|transfer-encoding|connection|x-gennaker-.*)$/i;

/** The message as JSON, posted to an address. */
export const webhookNotificationSchema = notificationSchema.extend({
  type: z.literal('webhook'),
  address: z.string().regex(/^https?:\/\/\S+$|\$\{/, 'must be an address that begins with https:// or http://'),
  headers: z
    .record(
      z
        .string()
        .regex(HEADER, 'must be the name of a header')
        .refine((name) => !OWN.test(name), 'is a header that the system sets itself'),
      z.string().regex(/^[^\r\n]*$/, 'must be one line'),
    )
    .optional(),
  secretName: z
    .string()
    .min(1)
    .optional()
    .describe('name of a secret under notifications.webhook.secrets in gennaker.yml, with which the body is signed'),
});
