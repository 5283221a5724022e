import { defineStage } from '@gennaker/extension-sdk/stage';
import { noopSchema } from './schema.ts';

/** Does nothing, and so ends SKIPPED; joins branches, or holds a place. */
export default defineStage({
  type: 'noop',
  label: 'No operation',
  description: 'Does nothing',
  schema: noopSchema,
  examples: [{}],
  runsInDryRun: true,
  tasks: () => [],
});
