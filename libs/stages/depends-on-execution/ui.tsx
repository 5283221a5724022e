import { FieldGrid, OptionField, TextField } from '@gennaker/ui/fields';
import { HourglassIcon } from '@gennaker/ui/icons';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { dependsOnExecutionSchema } from './schema.ts';

const TYPES = [
  { value: 'PIPELINE', label: 'A pipeline' },
  { value: 'ORCHESTRATION', label: 'A task' },
] as const;

export default defineStageUi({
  type: 'dependsOnExecution',
  label: 'Depends on execution',
  description: 'Waits for another execution; cancelled when that fails',
  group: 'Flow',
  icon: HourglassIcon,
  schema: dependsOnExecutionSchema,
  defaults: () => ({ executionType: 'PIPELINE', executionId: '' }),
  summary: (stage) => text(stage['executionId']),
  problems: (stage) => (text(stage['executionId']) ? [] : ['name an execution']),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <OptionField
        label="It is of"
        value={text(stage['executionType']).toUpperCase() || 'PIPELINE'}
        options={TYPES}
        onChange={(executionType) => onChange({ executionType })}
      />
      <TextField
        label="Execution"
        required
        mono
        help="Its id, or an expression that gives it"
        value={stage['executionId']}
        onChange={(executionId) => onChange({ executionId: executionId ?? '' })}
      />
    </FieldGrid>
  ),
});
