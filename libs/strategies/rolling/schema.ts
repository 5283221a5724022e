import { takeOverFields } from '@gennaker/extension-sdk/strategy-stages';
import { z } from 'zod';

/** Instances, or a percentage of them. */
const bound = z.union([
  z.coerce.number().int().min(0),
  z.string().regex(/^\d{1,3}(\.\d+)?%$/, 'a whole number, or a percentage such as 25%'),
]);

/** What rolling reads of a cluster's description. */
export const rollingSchema = z.looseObject({
  ...takeOverFields,
  maxSurge: bound.default(1).describe('instances that there may be beyond the size, or a percentage of it'),
  maxUnavailable: bound.default(0).describe('instances that may be missing meanwhile, or a percentage'),
  waitBetweenSteps: z.coerce.number().min(0).default(0).describe('seconds before anything is taken from the old one'),
});
export type Rolling = z.output<typeof rollingSchema>;
