import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { noneSchema } from './schema.ts';

/** Older server groups stay as they are. */
export default defineStrategy({
  type: 'none',
  label: 'None',
  description: 'Makes the new server group and leaves older ones as they are',
  schema: noneSchema,
});
