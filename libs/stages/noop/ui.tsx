import { TextAreaField } from '@gennaker/ui/fields';
import { MinusIcon } from '@gennaker/ui/icons';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { noopSchema } from './schema.ts';

export default defineStageUi({
  type: 'noop',
  label: 'No operation',
  description: 'Does nothing: joins branches, or holds a place',
  group: 'Flow',
  icon: MinusIcon,
  schema: noopSchema,
  defaults: () => ({}),
  summary: (stage) => text(stage['comments']),
  Form: ({ stage, onChange }) => (
    <TextAreaField
      label="Comment"
      help="What this place is held for"
      value={stage['comments']}
      onChange={(comments) => onChange({ comments })}
    />
  ),
});
