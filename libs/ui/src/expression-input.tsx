import { Combobox, Textarea, TextInput, useCombobox } from '@mantine/core';
import type { ComponentProps } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';
import { completionsAt, hasExpression } from './complete-expression.ts';
import { TriedLine, useExpressionPlace, useTried } from './expressions.tsx';

/** How many completions are listed at most. */
const LISTED = 60;

type InputProps = Pick<
  ComponentProps<typeof TextInput>,
  | 'label'
  | 'description'
  | 'withAsterisk'
  | 'error'
  | 'placeholder'
  | 'inputWrapperOrder'
  | 'className'
  | 'aria-label'
  | 'autoFocus'
  | 'rightSection'
>;

/**
 * A text that may hold expressions. Where its form tries them, names are completed while they are typed, and what the
 * text comes to stands below. `rows`: several lines, at least so many.
 */
export function ExpressionInput({
  value,
  onChange,
  rows,
  mono = false,
  description,
  ...input
}: InputProps & {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly rows?: number | undefined;
  readonly mono?: boolean | undefined;
}) {
  const tries = useExpressionPlace() !== undefined;
  const tried = useTried(value.includes('${') ? value : undefined);
  const [caret, setCaret] = useState<number>();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const moveTo = useRef<number>(undefined);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const found = caret === undefined ? [] : completionsAt(value, caret, tried.names).slice(0, LISTED);
  const open = list.dropdownOpened && found.length > 0;
  useLayoutEffect(() => {
    if (moveTo.current === undefined) return;
    field.current?.setSelectionRange(moveTo.current, moveTo.current);
    setCaret(moveTo.current);
    moveTo.current = undefined;
  }, [value]);

  const line = tries && hasExpression(value) ? <TriedLine of={tried} /> : null;
  const props = {
    ...input,
    classNames: mono ? { input: 'gk-mono' } : {},
    ref: field,
    value,
    description: line ? (
      <>
        {description ? <span className="gk-tried-help">{description}</span> : null}
        {line}
      </>
    ) : (
      description
    ),
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      setCaret(currentTarget.selectionStart ?? currentTarget.value.length);
      list.openDropdown();
      list.resetSelectedOption();
      onChange(currentTarget.value);
    },
    onSelect: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      setCaret(currentTarget.selectionStart ?? undefined),
    onFocus: () => list.openDropdown(),
    onBlur: () => list.closeDropdown(),
  };
  const entry =
    rows === undefined ? <TextInput {...props} /> : <Textarea {...props} autosize minRows={rows} maxRows={18} />;
  if (!tries) return entry;
  return (
    <Combobox
      store={list}
      position="bottom-start"
      width="max-content"
      onOptionSubmit={(name) => {
        const chosen = found.find((each) => each.name === name);
        if (!chosen) return;
        moveTo.current = chosen.caret;
        onChange(chosen.text);
      }}
    >
      <Combobox.Target withKeyboardNavigation={open} withAriaAttributes={open}>
        {entry}
      </Combobox.Target>
      <Combobox.Dropdown hidden={!open}>
        <Combobox.Options mah={240} style={{ overflowY: 'auto' }} aria-label="What may stand here">
          {found.map(({ name }) => (
            <Combobox.Option key={name} value={name} className="gk-mono">
              {name}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
