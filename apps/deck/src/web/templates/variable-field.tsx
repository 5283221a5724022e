import { JsonInput } from '@mantine/core';
import type { TemplateVariable } from '@gennaker/contracts/pipeline-templates';
import { NumberField, OptionField, TextField, WordsField } from '@gennaker/ui/fields';
import { useState } from 'react';

/** The field of a template's variable, by its type; an empty one leaves the default. */
export function VariableField({
  variable,
  value,
  onChange,
}: {
  readonly variable: TemplateVariable;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const { name, type, description, defaultValue } = variable;
  const fallback = defaultValue === undefined ? undefined : JSON.stringify(defaultValue);
  const common = {
    label: name,
    help: [description, fallback === undefined ? undefined : `Otherwise ${fallback}`].filter(Boolean).join(' · '),
    required: defaultValue === undefined,
  };
  if (type === 'int' || type === 'float')
    return <NumberField {...common} value={value} onChange={(next) => onChange(next)} />;
  if (type === 'boolean')
    return (
      <OptionField
        {...common}
        value={value === undefined ? '' : String(value)}
        options={[
          ...(defaultValue === undefined ? [] : [{ value: '', label: 'As the template says' }]),
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        onChange={(next) => onChange(next === '' ? undefined : next === 'true')}
      />
    );
  if (type === 'list')
    return (
      <WordsField
        {...common}
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={(next) => onChange(next.length > 0 ? next : undefined)}
      />
    );
  if (type === 'object') return <ObjectField {...common} onChange={onChange} />;
  return <TextField {...common} value={value} onChange={onChange} />;
}

function ObjectField({
  label,
  help,
  required,
  onChange,
}: {
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState('');
  return (
    <JsonInput
      label={label}
      description={help}
      withAsterisk={required}
      validationError="This is no JSON"
      autosize
      minRows={2}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(parsed(next));
      }}
    />
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
