import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());

/** Which of several server groups counts. */
export const SELECTION_STRATEGIES = ['NEWEST', 'OLDEST', 'LARGEST', 'FAIL'] as const;
export type SelectionStrategy = (typeof SELECTION_STRATEGIES)[number];

/** Inputs of findImage. */
export const findImageSchema = serverGroupStageSchema.extend({
  selectionStrategy: z.enum(SELECTION_STRATEGIES).default('NEWEST'),
  onlyEnabled: flag.default(true),
  imageNamePattern: z.string().nullish().describe('a regular expression that the whole name of the image must match'),
  resolveMissingLocations: flag.default(false).describe('a region without server groups gets what another one has'),
});
export type FindImage = z.infer<typeof findImageSchema>;
