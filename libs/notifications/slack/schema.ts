import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A message in Slack: a channel, or the address of an incoming webhook. */
export const slackNotificationSchema = notificationSchema.extend({
  type: z.literal('slack'),
  address: z
    .string()
    .regex(
      /^(?:https?:\/\/\S+|[#@]?[^\s#@]+)$|\$\{/,
      'must be a channel such as #releases, or the address of an incoming webhook',
    ),
  customMessage: z.string().optional().describe('in place of the usual text'),
});
