import { ActionIcon, Button } from '@mantine/core';
import { FieldGrid, TextField, Wide } from '@gennaker/ui/fields';
import { CloseIcon, JsonIcon, PlusIcon } from '@gennaker/ui/icons';
import { Facts, JsonBlock } from '@gennaker/ui/panels';
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
  Form: ({ stage, onChange }) => {
    const all = list(stage['variables']).map(object);
    const set = (index: number, patch: object): void =>
      onChange({ variables: all.map((was, at) => (at === index ? { ...was, ...patch } : was)) });
    return (
      <div className="gk-rows">
        {all.map((variable, index) => (
          <div key={index} className="gk-group">
            <FieldGrid>
              <TextField
                label={`Name ${index + 1}`}
                required
                mono
                value={variable['key']}
                onChange={(key) => set(index, { key: key ?? '' })}
              />
              <TextField
                label={`Description ${index + 1}`}
                value={variable['description']}
                onChange={(description) => set(index, { description })}
              />
              <Wide>
                <TextField
                  label={`Value ${index + 1}`}
                  mono
                  help="Sees the variables above it"
                  placeholder="${ trigger.buildInfo.number }"
                  value={shown(variable['value'])}
                  onChange={(value) => set(index, { value: value ?? '' })}
                />
              </Wide>
              <div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove variable ${index + 1}`}
                  onClick={() => onChange({ variables: all.filter((_, at) => at !== index) })}
                >
                  <CloseIcon size={15} />
                </ActionIcon>
              </div>
            </FieldGrid>
          </div>
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PlusIcon size={14} />}
            onClick={() => onChange({ variables: [...all, { key: '', value: '' }] })}
          >
            Add variable
          </Button>
        </div>
      </div>
    );
  },
  Details: ({ stage }) => {
    const entries = Object.entries(stage.outputs);
    return entries.every(([, value]) => typeof value !== 'object') ? (
      <Facts of={entries.map(([key, value]) => [key, shown(value)])} />
    ) : (
      <JsonBlock value={stage.outputs} label="Values" />
    );
  },
});
