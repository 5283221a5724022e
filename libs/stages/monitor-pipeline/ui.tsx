import { FieldGrid, OptionField, WordsField } from '@gennaker/ui/fields';
import { PipelineIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, object, strings, text } from '@gennaker/ui/stage-ui';
import { monitorPipelineSchema } from './schema.ts';

const BEHAVIORS = [
  { value: 'FailFast', label: 'Fail at the first failure' },
  { value: 'WaitForAllToComplete', label: 'Wait for all of them' },
] as const;

export default defineStageUi({
  type: 'monitorPipeline',
  label: 'Monitor pipelines',
  description: 'Waits for executions that run already',
  group: 'Flow',
  icon: PipelineIcon,
  schema: monitorPipelineSchema,
  defaults: () => ({ executionIds: [], monitorBehavior: 'FailFast' }),
  summary: (stage) => strings(stage['executionIds']).join(', '),
  problems: (stage) => (strings(stage['executionIds']).length > 0 ? [] : ['name an execution']),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <WordsField
        label="Executions"
        required
        help="Their ids, or expressions that give them"
        value={strings(stage['executionIds'])}
        onChange={(executionIds) => onChange({ executionIds })}
      />
      <OptionField
        label="When one fails"
        value={text(stage['monitorBehavior']) || 'FailFast'}
        options={BEHAVIORS}
        onChange={(monitorBehavior) => onChange({ monitorBehavior })}
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => (
    <Facts
      of={Object.entries(object(stage.outputs['executionStatuses'])).map(([id, one]) => [
        id,
        text(object(one)['status']),
      ])}
    />
  ),
});
