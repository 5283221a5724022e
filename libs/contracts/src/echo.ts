import { z } from 'zod';
import { jsonObject, reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';

/** An incoming event: what happened outside. `key` identifies it: delivered again, it starts nothing twice. */
export const echoEventSchema = z.object({
  key: z.string().optional(),
  type: z.string().describe('jenkins, webhook, manual, ...'),
  source: z.string().optional(),
  content: jsonObject,
  headers: z.record(z.string(), z.string()).optional(),
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
});
export type EventMatch = z.infer<typeof eventMatchSchema>;

export const eventAnswerSchema = z.object({
  eventProcessed: z.boolean(),
  eventId: z.string(),
  repeated: z.boolean().optional(),
  matches: z.array(eventMatchSchema),
  /** Why nothing was matched, where nothing was. */
  reason: reasonSchema.optional(),
});
export type EventAnswer = z.infer<typeof eventAnswerSchema>;

export const storedEventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  source: z.string().optional(),
  at: z.number(),
  content: jsonObject,
  matches: z.array(eventMatchSchema),
});

/** Echo: events, triggers. */
export const echoApi = defineApi({
  post: {
    method: 'POST',
    path: '/',
    summary: 'Take an event: store it, match it against live pipelines, start what matches',
    body: echoEventSchema,
    response: eventAnswerSchema,
  },
  listEvents: {
    method: 'GET',
    path: '/events',
    summary: 'Stored events, newest first',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      type: z.string().optional(),
      pipelineId: z.string().optional(),
    }),
    response: z.array(storedEventSchema),
  },
  getEvent: {
    method: 'GET',
    path: '/events/:id',
    summary: 'One stored event with its matches',
    params: z.object({ id: z.string() }),
    response: storedEventSchema,
  },
});
