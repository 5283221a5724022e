import { executionTriggerSchema, jsonObject } from '@gennaker/contracts/execution';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { manualTriggerSchema } from './schema.ts';

const contentSchema = z.looseObject({ trigger: jsonObject.optional() });

/** A start by hand: the event names the one pipeline, and brings the trigger as the user filled it in. */
export default defineTrigger({
  type: 'manual',
  label: 'Manual',
  description: 'Somebody starts the pipeline by hand',
  eventTypes: ['manual'],
  schema: manualTriggerSchema,
  examples: [{ type: 'manual', enabled: true }],
  match: (_trigger, event) => ({
    matches: event.type === 'manual',
    reason: {
      summary:
        event.type === 'manual'
          ? `${event.user ?? 'anonymous'} started it by hand`
          : `a ${event.type} event is no start by hand`,
    },
  }),
  toTrigger(_trigger, event) {
    const given = contentSchema.safeParse(event.content).data?.trigger ?? {};
    return executionTriggerSchema.parse({ ...given, type: 'manual', user: event.user ?? 'anonymous' });
  },
});
