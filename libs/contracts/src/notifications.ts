import { z } from 'zod';
import { jsonObject, reasonSchema } from './execution.ts';
import { notificationSchema } from './notification-settings.ts';
import { defineApi } from './route.ts';

const millis = z.number().describe('epoch milliseconds');

/** Of what a notification can tell. */
export const NOTIFICATION_EVENTS = [
  'pipeline.starting',
  'pipeline.complete',
  'pipeline.failed',
  'stage.starting',
  'stage.complete',
  'stage.failed',
  'manualJudgment',
  'manualJudgmentContinue',
  'manualJudgmentStop',
] as const;
export const notificationEventSchema = z.enum(NOTIFICATION_EVENTS);
export type NotificationEvent = z.infer<typeof notificationEventSchema>;

/** A type of notification of this system. */
export const notificationTypeSchema = z.object({
  notificationType: z.string(),
  label: z.string(),
  description: z.string(),
  ready: z.boolean().describe('false: gennaker.yml lacks what it needs'),
  reason: reasonSchema.optional().describe('why it is not ready, and what to do'),
  uiType: z.literal('CUSTOM'),
  parameters: z.array(z.never()).describe('none: deck has a form for each type'),
});
export type NotificationType = z.infer<typeof notificationTypeSchema>;

/** What is told, ready to be read: Markdown's simplest parts in the text, and nothing that has to be looked up. */
export const notificationMessageSchema = z.object({
  event: z.string().describe('such as pipeline.failed; another word where a program sent it'),
  subject: z.string().describe('one line'),
  text: z.string().describe('what stands below'),
  link: z.string().optional().describe('page of the execution'),
  application: z.string(),
  executionId: z.string().optional(),
  executionName: z.string().optional(),
  stageName: z.string().optional(),
  stageId: z.string().optional(),
  status: z.string().optional().describe('of the execution or the stage at that moment'),
  user: z.string().optional().describe('who started it'),
  severity: z.enum(['NORMAL', 'HIGH']).optional(),
  trigger: jsonObject.optional().describe('of the execution'),
  at: millis,
});
export type NotificationMessage = z.infer<typeof notificationMessageSchema>;

export const DELIVERY_STATES = ['waiting', 'delivered', 'dead', 'discarded'] as const;

/** One message on its way to one address. */
export const notificationDeliverySchema = z.object({
  id: z.string(),
  type: z.string(),
  level: z.enum(['global', 'application', 'pipeline', 'stage', 'direct']).describe('whose settings asked for it'),
  event: z.string(),
  address: z.string().describe('who is told; of an address that is a secret only its host'),
  application: z.string(),
  executionId: z.string().optional(),
  stageId: z.string().optional(),
  subject: z.string(),
  text: z.string(),
  state: z
    .enum(DELIVERY_STATES)
    .describe('waiting: sent again with growing pauses; dead: given up, until somebody retries or discards it'),
  attempts: z.number().int(),
  createdAt: millis,
  updatedAt: millis,
  nextAttempt: millis.optional(),
  reason: reasonSchema.optional().describe('what came of the last attempt'),
});
export type NotificationDelivery = z.infer<typeof notificationDeliverySchema>;

const triedSchema = {
  notification: notificationSchema.describe('as it is, or would be, stored'),
  event: notificationEventSchema,
  application: z.string(),
  executionId: z.string().optional().describe('tell of this execution; absent: of one that is made up'),
  pipelineName: z.string().optional().describe('of the execution that is made up'),
  stageName: z.string().optional(),
};

const id = z.object({ id: z.string() });

/** Echo's operations on notifications, which gate passes on. */
export const notificationRoutes = defineApi({
  notificationMetadata: {
    method: 'GET',
    path: '/notifications/metadata',
    summary: 'Types of notifications, and what the configuration lacks for them',
    response: z.array(notificationTypeSchema),
  },
  previewNotification: {
    method: 'POST',
    path: '/notifications/preview',
    summary: 'Write what would be told, and send nothing',
    body: z.object(triedSchema),
    response: z.object({
      address: z.string(),
      ready: z.boolean().describe('false: it could not be sent, and `reason` says why'),
      reason: reasonSchema.optional(),
      message: notificationMessageSchema,
      payload: z
        .unknown()
        .optional()
        .describe("what the receiver would get, in its own format; absent: it is the message's text"),
    }),
  },
  testNotification: {
    method: 'POST',
    path: '/notifications/test',
    summary: 'Send a notification now, once, marked as a test; answers what the receiver said',
    body: z.object(triedSchema),
    response: z.object({ delivered: z.boolean(), address: z.string(), reason: reasonSchema.optional() }),
  },
  listNotificationDeliveries: {
    method: 'GET',
    path: '/notifications/deliveries',
    summary: 'Messages and what became of them, newest first; `state=dead` are those that were given up',
    query: z.object({
      state: z.enum(DELIVERY_STATES).optional(),
      application: z.string().optional(),
      executionId: z.string().optional(),
      before: z.string().optional().describe('id of a delivery: only older ones, for the next page'),
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
    response: z.array(notificationDeliverySchema),
  },
  retryNotificationDelivery: {
    method: 'POST',
    path: '/notifications/deliveries/:id/retry',
    summary: 'Send a message that was given up again, and go on trying',
    params: id,
    response: notificationDeliverySchema,
  },
  discardNotificationDelivery: {
    method: 'POST',
    path: '/notifications/deliveries/:id/discard',
    summary: 'Send a message that waits or was given up no more',
    params: id,
    response: notificationDeliverySchema,
  },
});

/** A message that a program sends by itself, in Spinnaker's shape. */
export const directNotificationSchema = z.looseObject({
  notificationType: z.string().min(1),
  to: z.array(z.string().min(1)).min(1, 'must name at least one address'),
  cc: z.array(z.string()).optional(),
  templateGroup: z
    .string()
    .optional()
    .describe('kept with the message; there are no other templates than the usual one'),
  severity: z.enum(['NORMAL', 'HIGH']).optional(),
  source: z.looseObject({
    executionType: z.string().optional(),
    executionId: z.string().optional(),
    application: z.string(),
    user: z.string().optional(),
  }),
  additionalContext: jsonObject.optional().describe('subject and body (or message) are the text'),
});
export type DirectNotification = z.infer<typeof directNotificationSchema>;

/** What only echo itself serves: programs of the system send messages. */
export const directNotificationRoutes = defineApi({
  sendNotification: {
    method: 'POST',
    path: '/notifications',
    summary: 'Send a message to some addresses; with an Idempotency-Key, once',
    body: directNotificationSchema,
    response: z.object({ deliveries: z.array(z.string()).describe('their ids') }),
    status: 202,
  },
});
