import {
  ActionIcon,
  Autocomplete,
  Button,
  Checkbox,
  InputWrapper,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import type { ComboboxItem, OptionsFilter } from '@mantine/core';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { completionsAt } from './complete-expression.ts';
import { ExpressionInput } from './expression-input.tsx';
import { TriedLine, useTried } from './expressions.tsx';
import { ChevronDownIcon, CloseIcon, PlusIcon } from './icons.tsx';
import type { Choices } from './live-data.tsx';
import type { JsonObject } from './stage-ui.tsx';
import { text } from './stage-ui.tsx';

interface Common {
  readonly label: string;
  readonly help?: ReactNode;
  readonly required?: boolean;
  readonly error?: string | undefined;
  readonly placeholder?: string | undefined;
}

/** The same for Mantine: what it says stands below the input. */
export function shared({ label, help, required, error, placeholder }: Common) {
  return {
    label,
    description: help,
    withAsterisk: required === true,
    error: error ?? null,
    placeholder: placeholder ?? '',
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  };
}

/** One line of text; an empty one removes the key. */
export function TextField(
  props: Common & {
    readonly value: unknown;
    readonly onChange: (value: string | undefined) => void;
    readonly mono?: boolean;
  },
) {
  return (
    <ExpressionInput
      {...shared(props)}
      mono={props.mono}
      value={text(props.value)}
      onChange={(value) => props.onChange(value || undefined)}
    />
  );
}

/** Several lines of text. */
export function TextAreaField(
  props: Common & {
    readonly value: unknown;
    readonly onChange: (value: string | undefined) => void;
    readonly mono?: boolean;
    readonly rows?: number;
  },
) {
  return (
    <ExpressionInput
      {...shared(props)}
      rows={props.rows ?? 3}
      mono={props.mono}
      value={text(props.value)}
      onChange={(value) => props.onChange(value || undefined)}
    />
  );
}

/** What fields of numbers are given. */
export interface NumberProps extends Common {
  readonly value: unknown;
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
  readonly suffix?: string;
}

/** A number. */
export function NumberField(props: NumberProps & { readonly rightSection?: ReactNode }) {
  const value = typeof props.value === 'number' ? props.value : text(props.value);
  return (
    <NumberInput
      {...shared(props)}
      min={props.min ?? 0}
      {...(props.max === undefined ? {} : { max: props.max })}
      suffix={props.suffix ?? ''}
      {...(props.rightSection === undefined ? {} : { rightSection: props.rightSection, rightSectionWidth: 44 })}
      value={value}
      onChange={(next) => props.onChange(typeof next === 'number' ? next : undefined)}
    />
  );
}

/** On or off, with a sentence on what it does. */
export function SwitchField(props: {
  readonly label: string;
  readonly help?: ReactNode;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  return (
    <Switch
      label={props.label}
      description={props.help}
      checked={props.value}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

const showAll =
  (value: string): OptionsFilter =>
  ({ options, search }) => {
    const wanted = search.trim().toLowerCase();
    const items = options as ComboboxItem[];
    if (!wanted || items.some((option) => option.label === value && value === search)) return items;
    return items.filter((option) => option.label.toLowerCase().includes(wanted));
  };

/** What is known of a text that is being written, and what it can become with a name at its end. */
function useCompletions(typed: string) {
  const tried = useTried(typed.includes('${') ? typed : undefined);
  return { tried, completed: completionsAt(typed, typed.length, tried.names).map((completion) => completion.text) };
}

/** Live choices, with any other text allowed (an expression, or something that does not exist yet). */
export function ChoiceField(
  props: Common & {
    readonly value: unknown;
    readonly choices: Choices;
    readonly onChange: (value: string | undefined) => void;
  },
) {
  const value = text(props.value);
  const { choices } = props;
  const hints = new Map(choices.options.map((option) => [option.value, option.hint]));
  const known = choices.options.some((option) => option.value === value);
  const unknown =
    value !== '' && !known && !value.includes('${') && !choices.loading && choices.options.length > 0
      ? 'Not among what exists now'
      : undefined;
  const wrapper = shared(props);
  const { tried, completed } = useCompletions(value);
  return (
    <Autocomplete
      {...wrapper}
      description={value.includes('${') ? <TriedLine of={tried} /> : (choices.note ?? unknown ?? wrapper.description)}
      placeholder={choices.loading ? 'Loading…' : (props.placeholder ?? 'Choose or type')}
      data={completed.length > 0 ? completed : [...new Set(choices.options.map((option) => option.value))]}
      filter={showAll(value)}
      renderOption={({ option }) => (
        <div>
          <div>{option.value}</div>
          {hints.get(option.value) ? (
            <div style={{ fontSize: 12, color: 'var(--gk-muted)' }}>{hints.get(option.value)}</div>
          ) : null}
        </div>
      )}
      maxDropdownHeight={320}
      rightSection={<ChevronDownIcon size={15} color="var(--gk-faint)" aria-hidden />}
      rightSectionPointerEvents="none"
      value={value}
      onChange={(next) => props.onChange(next || undefined)}
    />
  );
}

/** Several of the live choices; other words and expressions may be typed, values that are gone stay visible. */
export function ChoicesField(
  props: Common & {
    readonly value: readonly string[];
    readonly choices: Choices;
    readonly onChange: (value: string[]) => void;
  },
) {
  const [search, setSearch] = useState('');
  const wrapper = shared(props);
  const typed = search.trim();
  const { completed } = useCompletions(typed);
  const data = [
    ...new Set([
      ...props.choices.options.map((option) => option.value),
      ...props.value,
      ...(typed ? [typed] : []),
      ...completed,
    ]),
  ];
  return (
    <MultiSelect
      {...wrapper}
      description={props.choices.note ?? wrapper.description}
      data={data}
      value={[...props.value]}
      onChange={(next) => {
        setSearch('');
        props.onChange(next);
      }}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      hidePickedOptions
      clearable={false}
      nothingFoundMessage="Type a name or an expression"
      placeholder={props.value.length > 0 ? '' : (props.placeholder ?? 'Choose or type')}
    />
  );
}

/** A fixed set of choices. */
export function OptionField(
  props: Common & {
    readonly value: string;
    readonly options: readonly { readonly value: string; readonly label: string }[];
    readonly onChange: (value: string) => void;
  },
) {
  return (
    <Select
      {...shared(props)}
      data={[...props.options]}
      value={props.value}
      allowDeselect={false}
      checkIconPosition="right"
      onChange={(value) => value !== null && props.onChange(value)}
    />
  );
}

/** Two to four choices side by side. */
export function SegmentField(
  props: Common & {
    readonly value: string;
    readonly options: readonly { readonly value: string; readonly label: string }[];
    readonly onChange: (value: string) => void;
  },
) {
  const { label, help } = props;
  return (
    <InputWrapper label={label} description={help} inputWrapperOrder={['label', 'input', 'description', 'error']}>
      <SegmentedControl
        fullWidth
        size="sm"
        aria-label={label}
        data={[...props.options]}
        value={props.value}
        onChange={props.onChange}
        mb={help ? 4 : 0}
      />
    </InputWrapper>
  );
}

/** Free words: Enter or a comma ends one. */
export function WordsField(
  props: Common & { readonly value: readonly string[]; readonly onChange: (value: string[]) => void },
) {
  const [search, setSearch] = useState('');
  const { completed } = useCompletions(search);
  return (
    <TagsInput
      {...shared(props)}
      data={[...completed]}
      searchValue={search}
      onSearchChange={setSearch}
      // A comma within an expression separates its arguments.
      splitChars={search.includes('${') ? [] : [',']}
      value={[...props.value]}
      onChange={props.onChange}
    />
  );
}

/** Names with values; an empty name is not stored. */
export function PairsField(
  props: Common & {
    readonly value: JsonObject;
    readonly onChange: (value: JsonObject | undefined) => void;
    readonly add: string;
  },
) {
  const [draft, setDraft] = useState(false);
  const entries = Object.entries(props.value);
  const write = (next: [string, unknown][]): void =>
    props.onChange(next.length === 0 ? undefined : Object.fromEntries(next));
  const wrapper = shared(props);
  return (
    <InputWrapper label={wrapper.label} description={wrapper.description} error={wrapper.error}>
      <div className="gk-rows" style={{ marginTop: 6 }}>
        {entries.map(([name, value], index) => (
          <div className="gk-row" key={index}>
            <TextInput
              aria-label={`${props.label}: name ${index + 1}`}
              value={name}
              onChange={(event) =>
                write(entries.map((entry, at) => (at === index ? [event.currentTarget.value, value] : entry)))
              }
            />
            <ExpressionInput
              className="gk-grow"
              aria-label={`${props.label}: value of ${name}`}
              value={text(value)}
              onChange={(next) => write(entries.map((entry, at) => (at === index ? [name, next] : entry)))}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={() => write(entries.filter((_, at) => at !== index))}
            >
              <CloseIcon size={15} />
            </ActionIcon>
          </div>
        ))}
        {draft ? (
          <TextInput
            autoFocus
            aria-label={`${props.label}: new name`}
            placeholder="Name, then Enter"
            onBlur={(event) => {
              const name = event.currentTarget.value.trim();
              if (name) write([...entries, [name, '']]);
              setDraft(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur();
            }}
          />
        ) : (
          <div>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<PlusIcon size={14} />}
              onClick={() => setDraft(true)}
            >
              {props.add}
            </Button>
          </div>
        )}
      </div>
    </InputWrapper>
  );
}

/** A tick box with a sentence. */
export function CheckField(props: {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  return (
    <Checkbox
      label={props.label}
      checked={props.value}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

/** Fields in columns as wide as there is room for. */
export function FieldGrid({ children }: { readonly children: ReactNode }) {
  return <div className="gk-field-grid">{children}</div>;
}

/** A field that takes the whole width of a FieldGrid. */
export function Wide({ children }: { readonly children: ReactNode }) {
  return <div className="gk-wide">{children}</div>;
}
