import { FieldGrid, SwitchField, TextField } from '@gennaker/ui/fields';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Note } from '@gennaker/ui/panels';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';
import { object } from '@gennaker/ui/stage-ui';
import type { OperatorType } from '../queries/insight.ts';
import { merge } from './pipeline-operations.ts';

/** The form of a stage type that an operator set up: a field per parameter, kept in `parameterValues`. */
export function OperatorForm({
  type,
  stage,
  onChange,
}: {
  readonly type: OperatorType;
  readonly stage: StageConfig;
  readonly onChange: (patch: JsonObject) => void;
}) {
  const values = object(stage['parameterValues']);
  const parameters = type.parameters.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const set = (name: string, value: unknown): void => {
    const next = merge({ ...values }, { [name]: value });
    onChange({ parameterValues: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <>
      <Note
        look="system"
        title={type.label}
        why={type.description}
        next={
          parameters.length > 0
            ? 'What it does is set up by your operator; you choose its parameters.'
            : 'What it does is set up by your operator; it asks for no parameters.'
        }
      />
      {parameters.length > 0 ? (
        <FieldGrid>
          {parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              value={values[parameter.name]}
              onChange={(value) => set(parameter.name, value)}
            />
          ))}
        </FieldGrid>
      ) : null}
    </>
  );
}

function ParameterField({
  parameter: { name, label, description, type, defaultValue },
  value,
  onChange,
}: {
  readonly parameter: OperatorType['parameters'][number];
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const shown = { label: label || name, help: description, value };
  const hint = defaultValue === undefined || defaultValue === null ? undefined : String(defaultValue);
  if (type === 'boolean')
    return <SwitchField {...shown} value={(value ?? defaultValue) === true} onChange={onChange} />;
  if (type === 'number') return <NumberOrExpressionField {...shown} placeholder={hint} onChange={onChange} />;
  return <TextField {...shown} placeholder={hint} onChange={onChange} />;
}
