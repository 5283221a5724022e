import { z } from 'zod';
import { executionTriggerSchema, jsonObject, reasonSchema } from './execution.ts';
import { directNotificationRoutes, notificationRoutes } from './notifications.ts';
import { defineApi } from './route.ts';

const headersSchema = z.record(z.string(), z.string());
const millis = z.number().describe('epoch milliseconds');

/** An incoming event: what happened outside. `key` identifies it: delivered again, it starts nothing twice. */
export const echoEventSchema = z.object({
  key: z.string().optional(),
  type: z.string().describe('jenkins, webhook, manual, ...'),
  source: z.string().optional(),
  content: jsonObject,
  headers: headersSchema.optional(),
  user: z.string().optional(),
});
export type EchoEvent = z.infer<typeof echoEventSchema>;

/** What an event did to one pipeline, and why. */
export const eventMatchSchema = z.object({
  application: z.string(),
  pipelineId: z.string(),
  pipeline: z.string(),
  started: z.boolean(),
  executionId: z.string().optional(),
  reason: reasonSchema,
  elsewhere: z.boolean().optional().describe('its triggers are for other sources: the event is none of its business'),
});
export type EventMatch = z.infer<typeof eventMatchSchema>;

export const eventAnswerSchema = z.object({
  eventProcessed: z.boolean(),
  eventId: z.string(),
  repeated: z.boolean().optional().describe('delivered before: this is what it did then'),
  matches: z.array(eventMatchSchema),
  notListed: z.number().optional().describe('further pipelines whose triggers are for other sources'),
  /** Why nothing was matched, where nothing was. */
  reason: reasonSchema.optional(),
});
export type EventAnswer = z.infer<typeof eventAnswerSchema>;

export const storedEventSchema = z.looseObject({
  id: z.string(),
  key: z.string().optional().describe('what it is known by when it is delivered again'),
  type: z.string(),
  source: z.string().optional(),
  at: millis,
  user: z.string().optional(),
  content: jsonObject,
  headers: headersSchema.optional().describe('those that say something about the event; no secrets, no signatures'),
  processed: z.boolean().optional().describe('false: it waits to be matched'),
  ignored: z.boolean().optional().describe('a test or a notice that starts nothing; `reason` says which'),
  replayOf: z.string().optional().describe('id of the event that `user` sent again with this one'),
  matches: z.array(eventMatchSchema),
  notListed: z.number().optional(),
  reason: reasonSchema.optional(),
});
export type StoredEvent = z.infer<typeof storedEventSchema>;

/** Which stored events. All that are given must hold. */
export const eventsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  before: z.string().optional().describe('id of an event: only older ones, for the next page'),
  type: z.string().optional(),
  source: z.string().optional(),
  application: z.string().optional(),
  pipelineId: z.string().optional(),
  started: z.stringbool().optional().describe('whether it started anything, of the application or pipeline if given'),
  from: z.coerce.number().optional().describe('received then or later, epoch milliseconds'),
  until: z.coerce.number().optional().describe('received before, epoch milliseconds'),
});

/** A webhook as it came to gate: the bytes are what its sender signed. */
export const webhookCallSchema = z.object({
  call: z.string().min(1).describe('what gate calls this delivery, whose sender may give it no id'),
  headers: headersSchema,
  body: z.base64().describe('the exact bytes'),
});

/** What to send again, and to whom. */
export const replaySchema = z.object({
  pipelineId: z.string().optional().describe('only this pipeline; absent: every one that matches'),
});

/** A webhook or another event to try out: a stored one (`eventId`), or one made up. */
export const eventTestSchema = z.object({
  eventId: z.string().optional().describe('try a stored event; then nothing else of the event is given'),
  type: z.string().optional().describe('webhook, git, cdevents, ...'),
  source: z.string().optional(),
  headers: headersSchema.optional(),
  content: jsonObject.optional().describe('the body'),
  body: z.string().optional().describe("the body's exact text instead of `content`, for signatures"),
  pipeline: jsonObject.optional().describe('a pipeline as it would be saved; only it is judged'),
  pipelineId: z.string().optional().describe('only this pipeline'),
  application: z.string().optional().describe('only pipelines of this application'),
});
export type EventTest = z.infer<typeof eventTestSchema>;

/** What one trigger of a pipeline says to an event. */
export const triggerVerdictSchema = z.object({
  position: z.number().describe('place among the triggers of the pipeline, from 0'),
  id: z.string().optional(),
  type: z.string(),
  matches: z.boolean(),
  reason: reasonSchema,
});
export type TriggerVerdict = z.infer<typeof triggerVerdictSchema>;

export const eventTestAnswerSchema = z.object({
  taken: z.boolean().describe('false: refused or ignored as it is; `reason` says why'),
  reason: reasonSchema.optional(),
  key: z.string().optional().describe('what a repeat would be known by; absent: each delivery counts'),
  seenBefore: z.string().optional().describe('id of the stored event with this key: it would start nothing more'),
  signature: z
    .enum(['given', 'assumed'])
    .describe('assumed: none was given, so that triggers with a secret are judged as if it were right'),
  matches: z.array(
    z.object({
      application: z.string(),
      pipelineId: z.string().optional(),
      pipeline: z.string(),
      wouldStart: z.boolean(),
      reason: reasonSchema,
      triggers: z.array(triggerVerdictSchema),
      trigger: executionTriggerSchema.optional().describe('what the execution would get'),
    }),
  ),
});
export type EventTestAnswer = z.infer<typeof eventTestAnswerSchema>;

const id = z.object({ id: z.string() });

/** Echo's operations on stored events, which gate passes on. */
export const eventRoutes = defineApi({
  testEvent: {
    method: 'POST',
    path: '/events/test',
    summary: 'Say for each trigger whether an event would match, and why; starts and stores nothing',
    body: eventTestSchema,
    response: eventTestAnswerSchema,
  },
  replayEvent: {
    method: 'POST',
    path: '/events/history/:id/replay',
    summary: 'Send a stored event again, as a new one; starts what the caller may execute',
    params: id,
    body: replaySchema,
    response: eventAnswerSchema,
  },
  eventHistory: {
    method: 'GET',
    path: '/events/history',
    summary: 'Events that came in, newest first, with what they did to each pipeline; a short page is the last',
    query: eventsQuerySchema,
    response: z.array(storedEventSchema),
  },
  getEvent: {
    method: 'GET',
    path: '/events/history/:id',
    summary: 'One event that came in',
    params: id,
    response: storedEventSchema,
  },
});

/** Echo's operations on events. */
export const echoEventsApi = defineApi({
  post: {
    method: 'POST',
    path: '/',
    summary: 'Take an event: store it, match it against live pipelines, start what matches',
    body: echoEventSchema,
    response: eventAnswerSchema,
  },
  webhook: {
    method: 'POST',
    path: '/webhooks/:type/:source',
    summary: 'Take a webhook: as an event, once its type has read it',
    params: z.object({ type: z.string(), source: z.string() }),
    body: webhookCallSchema,
    response: eventAnswerSchema,
  },
  ...eventRoutes,
});

/** Echo: events, triggers, notifications. */
export const echoApi = defineApi({
  ...echoEventsApi,
  ...notificationRoutes,
  ...directNotificationRoutes,
});
