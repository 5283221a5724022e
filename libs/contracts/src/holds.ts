import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, starting with a letter, at most 63');

/** Key of an operation's description by which it asks for a hold; a stage's `hold` is handed on to its operation. */
export const HOLD_KEY = 'hold';
/** Key of an operation's description that names holds of its server group which it makes permanent. */
export const SETTLES_KEY = 'settlesHolds';

/**
 * A wish to hold what an operation changes only for a time. `name`: what is held, one of each name for a server group and
 * an execution; a further change under the same name keeps the undo of the first.
 */
export const holdWishSchema = z.object({
  name,
  reason: z.string().min(1).describe('why, as people read it: "keeps hello-v001 at 4 while hello-v002 takes over"'),
});
export type HoldWish = z.infer<typeof holdWishSchema>;

/** Holds that become permanent with the operation that names them. */
export const settlesHoldsSchema = z.array(name);

/** Description of releaseHolds: undoes the holds of a server group that its execution made; one that is not there is fine. */
export const releaseHoldsSchema = z.looseObject({
  credentials: z.string().min(1),
  region: z.string().min(1),
  serverGroupName: z.string().min(1),
  holds: z.array(name).optional().describe('names; absent: all of them'),
  executionId: z.string().optional().describe('only those that this execution made'),
});
export type ReleaseHolds = z.infer<typeof releaseHoldsSchema>;

/** A temporary change of a server group that will be undone. */
export const holdSchema = z.object({
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  account: z.string(),
  region: z.string(),
  serverGroup: z.string(),
  operationId: z.string().describe('the operation that made it'),
  executionId: z.string().optional().describe('whose end releases it'),
  stageId: z.string().optional(),
  user: z.string(),
  since: z.number().describe('epoch milliseconds'),
  undo: z.array(z.string()).describe('what its release does, a sentence each'),
  state: z.enum(['making', 'held', 'releasing']),
  problem: z.string().optional().describe('why the last try to release it failed; it is tried again'),
});
export type Hold = z.infer<typeof holdSchema>;
