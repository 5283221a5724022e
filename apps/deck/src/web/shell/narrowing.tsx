import { Button, Popover, Stack, TextInput } from '@mantine/core';
import { SearchIcon } from '@gennaker/ui/icons';
import { type FormEvent, type ReactNode, useState } from 'react';

/** A field that a list is narrowed by: a text, or a day. */
export interface NarrowingField<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly example?: string;
  readonly type?: 'text' | 'date';
}

/** A button that opens a form of what a list is narrowed by; `onApply` gets what is filled in, by name and trimmed. */
export function Narrowing<Name extends string>({
  words,
  used,
  fields,
  values,
  children,
  onApply,
  onClear,
}: {
  readonly words: {
    readonly unused: string;
    readonly used: (count: number) => string;
    /** Name of the form. */
    readonly form: string;
    readonly apply: string;
    readonly clear: string;
  };
  /** How many fields narrow the list now. */
  readonly used: number;
  readonly fields: readonly NarrowingField<Name>[];
  readonly values: Readonly<Partial<Record<Name, string | undefined>>>;
  /** Further fields with names, above the others. */
  readonly children?: ReactNode;
  readonly onApply: (filled: Readonly<Record<string, string>>) => void;
  readonly onClear: () => void;
}) {
  const [opened, setOpened] = useState(false);
  const apply = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()] as const);
    onApply(Object.fromEntries(typed.filter(([, value]) => value !== '')));
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant={used > 0 ? 'light' : 'default'}
          leftSection={<SearchIcon size={15} aria-hidden />}
          aria-expanded={opened}
          onClick={() => setOpened((was) => !was)}
        >
          {used > 0 ? words.used(used) : words.unused}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={apply} aria-label={words.form}>
          <Stack gap="xs" w={260}>
            {children}
            {fields.map(({ name, label, example = '', type = 'text' }) => (
              <TextInput
                key={name}
                size="sm"
                name={name}
                label={label}
                placeholder={example}
                type={type}
                defaultValue={values[name] ?? ''}
              />
            ))}
            <Button type="submit" size="sm">
              {words.apply}
            </Button>
            {used > 0 ? (
              <Button
                size="sm"
                variant="default"
                onClick={() => {
                  onClear();
                  setOpened(false);
                }}
              >
                {words.clear}
              </Button>
            ) : null}
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
