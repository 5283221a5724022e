import { MinusIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { noopSchema } from './schema.ts';

export default defineStageUi({
  type: 'noop',
  label: 'No operation',
  description: 'Does nothing: joins branches, or holds a place',
  group: 'Flow',
  icon: MinusIcon,
  schema: noopSchema,
  defaults: () => ({}),
  summary: () => '',
  Form: () => <p>Nothing to set.</p>,
});
