import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { Note } from '@gennaker/ui/panels';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';
import { object } from '@gennaker/ui/stage-ui';
import type { Preconfigured } from '../queries/gate.ts';
import { merge } from './pipeline-operations.ts';

/** The form of a stage type that an operator set up: a field per parameter, kept in `parameterValues`. */
export function OperatorForm({
  type,
  stage,
  onChange,
}: {
  readonly type: Preconfigured;
  readonly stage: StageConfig;
  readonly onChange: (patch: JsonObject) => void;
}) {
  const values = object(stage['parameterValues']);
  const parameters = (type.parameters ?? []).toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const set = (name: string, value: string | undefined): void => {
    const next = merge({ ...values }, { [name]: value });
    onChange({ parameterValues: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <>
      <Note
        look="system"
        title={type.label}
        why={type.description ?? undefined}
        next={
          parameters.length > 0
            ? 'What it does is set up by your operator; you choose its parameters.'
            : 'What it does is set up by your operator; it asks for no parameters.'
        }
      />
      {parameters.length > 0 ? (
        <FieldGrid>
          {parameters.map(({ name, label, description, defaultValue }) => (
            <TextField
              key={name}
              label={label || name}
              help={description ?? undefined}
              placeholder={defaultValue ?? undefined}
              value={values[name]}
              onChange={(value) => set(name, value)}
            />
          ))}
        </FieldGrid>
      ) : null}
    </>
  );
}
