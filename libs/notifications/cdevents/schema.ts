import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A CDEvent, posted to a broker of CloudEvents. */
export const cdeventsNotificationSchema = notificationSchema.extend({
  type: z.literal('cdevents'),
  address: z
    .string()
    .regex(/^https?:\/\/\S+$|\$\{/, 'must be the address of a broker, which begins with https:// or http://'),
  cdEventsType: z
    .string()
    .regex(
      /^(?:dev\.cdevents\.[a-z]+\.[a-z]+(?:\.\d+\.\d+\.\d+)?)?$/,
      'must be a type such as dev.cdevents.service.deployed',
    )
    .optional()
    .describe('absent: pipelinerun or taskrun, started or finished'),
});
