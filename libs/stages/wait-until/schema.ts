import { z } from 'zod';

/** Settings of a wait for a moment. Texts are taken as numbers, for expressions give texts. */
export const waitUntilSchema = z.looseObject({
  epochMillis: z.coerce.number().int().min(0).max(8_640_000_000_000_000).describe('epoch milliseconds'),
  skipRemainingWait: z.coerce.boolean().optional().describe('set while it runs: goes on at once'),
});
