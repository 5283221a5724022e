import { z } from 'zod';

/** A start by hand needs no configuration; a pipeline may list it all the same. */
export const manualTriggerSchema = z.looseObject({ type: z.literal('manual'), enabled: z.boolean().optional() });
export type ManualTrigger = z.infer<typeof manualTriggerSchema>;
