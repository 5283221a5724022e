import { z } from 'zod';

/** Settings of a wait. Texts are taken as numbers, for expressions give texts. */
export const waitSchema = z.looseObject({
  waitTime: z.coerce.number().min(0).max(31_536_000).default(30).describe('seconds'),
  skipRemainingWait: z.coerce.boolean().optional().describe('set while it runs: goes on at once'),
  skipWaitText: z.string().optional().describe('what a person is asked before skipping'),
});
export type WaitContext = z.output<typeof waitSchema>;
