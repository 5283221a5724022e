import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { HourglassIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { waitForConditionSchema } from './schema.ts';

export default defineStageUi({
  type: 'waitForCondition',
  label: 'Wait for conditions',
  description: "Waits while one of the application's conditions, such as a freeze, is active",
  group: 'Verify and decide',
  icon: HourglassIcon,
  schema: waitForConditionSchema,
  defaults: () => ({}),
  summary: (stage) => [stage['cluster'], stage['account'], stage['region']].map(text).filter(Boolean).join(' '),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Cluster"
        help="Empty: conditions of every cluster count"
        value={stage['cluster']}
        onChange={(cluster) => onChange({ cluster })}
      />
      <TextField label="Account" value={stage['account']} onChange={(account) => onChange({ account })} />
      <TextField label="Region" value={stage['region']} onChange={(region) => onChange({ region })} />
    </FieldGrid>
  ),
  Details: ({ stage }) => (
    <Facts
      of={[
        ['Status', text(stage.context['status'])],
        ...list(stage.outputs['conditions'])
          .map(object)
          .map((one): [string, string] => [text(one['name']), text(one['reason'])]),
      ]}
    />
  ),
});
