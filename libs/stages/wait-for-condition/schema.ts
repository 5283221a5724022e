import { z } from 'zod';

/** Settings: what the conditions of the application are looked up for. */
export const waitForConditionSchema = z.looseObject({
  cluster: z.string().optional(),
  region: z.string().optional(),
  account: z.string().optional(),
  status: z.enum(['WAITING', 'SKIPPED', 'ERROR']).optional().describe('SKIPPED, set while it runs: goes on at once'),
});
export type WaitForCondition = z.output<typeof waitForConditionSchema>;

/** A condition of an application (its attribute `conditions`), set by its operators; `cluster`, `region`, `account` limit it. */
export const conditionSchema = z.looseObject({
  name: z.string(),
  active: z.boolean().default(false),
  reason: z.string().optional(),
  cluster: z.string().optional(),
  region: z.string().optional(),
  account: z.string().optional(),
});
