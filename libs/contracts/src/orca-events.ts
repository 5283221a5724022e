import { z } from 'zod';
import { executionEventSchema } from './execution.ts';
import { defineApi } from './route.ts';

/** What of the event stream is wanted. */
export const eventsQuery = z.object({
  after: z.string().optional(),
  application: z.string().optional(),
  executionId: z.string().optional(),
  types: z
    .string()
    .optional()
    .describe(
      'these types of events alone, separated by commas; cheapest are ExecutionCompleted and ExecutionCreated, alone or together',
    ),
});

/** Orca's event stream. */
export const orcaEventRoutes = defineApi({
  events: {
    method: 'GET',
    path: '/events',
    summary: 'The event stream: server-sent events (`id` is the cursor), from `after` or Last-Event-ID on',
    query: eventsQuery.extend({
      pace: z.coerce
        .number()
        .int()
        .min(0)
        .max(60_000)
        .optional()
        .describe(
          'ms between two looks at least, for a reader that is in no hurry; absent: as soon as something happens',
        ),
    }),
    answers: 'events',
  },
  eventsPosition: {
    method: 'GET',
    path: '/events/position',
    summary: 'Where the event stream is now: a cursor for `after`, from which on nothing is missed',
    response: z.object({ cursor: z.string() }),
  },
  eventsSince: {
    method: 'POST',
    path: '/events/since',
    summary: 'What came of some executions: their events after those of the last answer, in order',
    body: z.object({
      after: z
        .record(z.string(), z.number().int().min(0))
        .describe('execution id to the sequence of its last event that was answered; 0: from the beginning'),
      types: z.array(z.string()).optional().describe('these types of events alone; absent: all'),
    }),
    response: z.array(executionEventSchema),
  },
});
