import { TextField, Wide } from '@gennaker/ui/fields';
import { JsonIcon } from '@gennaker/ui/icons';
import { Facts, JsonBlock } from '@gennaker/ui/panels';
import { RowsField } from '@gennaker/ui/rows-field';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { evaluateVariablesSchema } from './schema.ts';

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

export default defineStageUi({
  type: 'evaluateVariables',
  label: 'Evaluate variables',
  description: 'Computes values that later stages read by their names',
  group: 'Flow',
  icon: JsonIcon,
  schema: evaluateVariablesSchema,
  defaults: () => ({ variables: [] }),
  summary: (stage) =>
    list(stage['variables'])
      .map((variable) => text(object(variable)['key']))
      .filter(Boolean)
      .join(', '),
  problems: (stage) => {
    const all = list(stage['variables']).map(object);
    if (all.length === 0) return ['add a variable'];
    return all.flatMap((variable, index) => (text(variable['key']) ? [] : [`variable ${index + 1} has no name`]));
  },
  Form: ({ stage, onChange }) => (
    <RowsField
      what="variable"
      rows={list(stage['variables']).map(object)}
      fresh={{ key: '', value: '' }}
      onChange={(rows) => onChange({ variables: rows })}
    >
      {(row, index, set) => (
        <>
          <TextField
            label={`Name ${index + 1}`}
            required
            mono
            value={row['key']}
            onChange={(key) => set({ key: key ?? '' })}
          />
          <TextField
            label={`Description ${index + 1}`}
            value={row['description']}
            onChange={(description) => set({ description })}
          />
          <Wide>
            <TextField
              label={`Value ${index + 1}`}
              mono
              help="Sees the variables above it"
              placeholder="${ trigger.buildInfo.number }"
              value={shown(row['value'])}
              onChange={(value) => set({ value: value ?? '' })}
            />
          </Wide>
        </>
      )}
    </RowsField>
  ),
  Details: ({ stage }) => {
    const entries = Object.entries(stage.outputs);
    return entries.every(([, value]) => typeof value !== 'object') ? (
      <Facts of={entries.map(([key, value]) => [key, shown(value)])} />
    ) : (
      <JsonBlock value={stage.outputs} label="Values" />
    );
  },
});
