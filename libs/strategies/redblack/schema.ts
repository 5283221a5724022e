import { takeOverFields } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

/** A pipeline that looks at the new server group before it gets traffic. */
export const verifyPipelineSchema = z.looseObject({
  pipelineId: z.string().min(1, 'name the pipeline'),
  application: z.string().optional(),
  pipelineParameters: z.record(z.string(), z.unknown()).nullish(),
});

/** What looks at it: such a pipeline, or an address that is called. */
const verifySchema = z.union(
  [
    verifyPipelineSchema,
    z
      .looseObject({ url: z.string().min(1, 'name the address that is called') })
      .describe('settings of a webhook stage'),
  ],
  'name a pipeline, or the address that is called',
);

/** What red/black reads of a cluster's description. */
export const redblackSchema = z.looseObject({
  ...takeOverFields,
  maxRemainingAsgs: z.coerce.number().int().min(0).nullish().describe('server groups that stay, the new one included'),
  allowDeleteActive: z.stringbool().or(z.boolean()).nullish(),
  verify: verifySchema.nullish().describe('looks at the new server group while it gets no traffic yet'),
});
