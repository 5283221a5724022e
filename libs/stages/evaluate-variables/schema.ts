import { z } from 'zod';

/** Settings: names with values, evaluated one after another; later ones see earlier ones. */
export const evaluateVariablesSchema = z.looseObject({
  variables: z
    .array(
      z.looseObject({
        key: z.string().min(1),
        value: z.unknown().optional().describe('a text with expressions, or any JSON with such texts'),
        description: z.string().optional().describe('a text, with expressions where it wants'),
        sourceValue: z.unknown().optional().describe('the value as it was written, with { for ${'),
        written: z.unknown().optional().describe('the value as it was written, kept to evaluate it anew'),
        describedAs: z.string().optional().describe('the description as it was written'),
      }),
    )
    .default([]),
});
