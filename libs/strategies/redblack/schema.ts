import { z } from 'zod';

const seconds = z.coerce.number().min(0);

/** What red/black reads of a cluster's description. */
export const redblackSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  maxRemainingAsgs: z.coerce.number().int().min(0).optional().describe('server groups that stay, the new one included'),
  allowDeleteActive: z.boolean().default(false),
  delayBeforeDisableSec: seconds.optional(),
  delayBeforeCleanup: seconds.optional().describe('newer spelling of delayBeforeDisableSec'),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
});
