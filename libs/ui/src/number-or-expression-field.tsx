import { ActionIcon, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { ExpressionInput } from './expression-input.tsx';
import { useExpressionPlace } from './expressions.tsx';
import { NumberField, type NumberProps, shared } from './fields.tsx';
import { text } from './stage-ui.tsx';

/** A number, or an expression that becomes one when the stage runs. */
export function NumberOrExpressionField(
  props: Omit<NumberProps, 'onChange'> & { readonly onChange: (value: number | string | undefined) => void },
) {
  const [writing, setWriting] = useState(false);
  const takesExpressions = useExpressionPlace() !== undefined;
  const stored = text(props.value);
  if (!writing && !stored.includes('${'))
    return (
      <NumberField
        {...props}
        rightSection={
          takesExpressions ? (
            <Tooltip label="Write an expression">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                className="gk-mono"
                aria-label={`${props.label}: write an expression`}
                onClick={() => setWriting(true)}
              >
                {'${}'}
              </ActionIcon>
            </Tooltip>
          ) : undefined
        }
      />
    );
  return (
    <ExpressionInput
      {...shared(props)}
      mono
      autoFocus={writing}
      placeholder="${ parameters.count }"
      value={stored}
      onChange={(value) => {
        setWriting(true);
        props.onChange(value.trim() === '' ? undefined : Number.isNaN(Number(value)) ? value : Number(value));
      }}
    />
  );
}
