import { Button, Popover, Select, Stack, TextInput } from '@mantine/core';
import { triggerUis } from '@gennaker/triggers/ui';
import { SearchIcon } from '@gennaker/ui/icons';
import { type FormEvent, useState } from 'react';
import { useApplications } from '../queries/applications.ts';
import type { EventFilter } from '../queries/events.ts';

/** What events are filtered by, beside the words: the type and what they did at once, the rest on request. */
export function EventFilters({
  filter,
  onFilter,
}: {
  readonly filter: EventFilter;
  readonly onFilter: (filter: EventFilter) => void;
}) {
  const types = [
    ...triggerUis.map(({ type, label }) => ({ value: type, label })),
    ...(filter.type && !triggerUis.some(({ type }) => type === filter.type)
      ? [{ value: filter.type, label: filter.type }]
      : []),
  ];
  return (
    <>
      <Select
        size="sm"
        w={150}
        aria-label="Type of event"
        placeholder="All types"
        clearable
        clearButtonProps={{ 'aria-label': 'All types' }}
        data={types}
        value={filter.type ?? null}
        onChange={(type) => onFilter({ ...filter, type: type ?? undefined })}
      />
      <Select
        size="sm"
        w={170}
        aria-label="What events did"
        placeholder="Whatever it did"
        clearable
        clearButtonProps={{ 'aria-label': 'Whatever it did' }}
        data={[
          { value: 'started', label: 'Started something' },
          { value: 'nothing', label: 'Started nothing' },
        ]}
        value={filter.did ?? null}
        onChange={(did) => onFilter({ ...filter, did: did === 'started' || did === 'nothing' ? did : undefined })}
      />
      <MoreFilters filter={filter} onFilter={onFilter} />
    </>
  );
}

const TEXTS = [
  { name: 'source', label: 'Source', example: 'github', type: 'text' },
  { name: 'pipeline', label: 'Id of a pipeline', example: '', type: 'text' },
  { name: 'from', label: 'Received from', example: '', type: 'date' },
  { name: 'to', label: 'Received until', example: '', type: 'date' },
] as const;

function MoreFilters({
  filter,
  onFilter,
}: {
  readonly filter: EventFilter;
  readonly onFilter: (filter: EventFilter) => void;
}) {
  const applications = useApplications();
  const [opened, setOpened] = useState(false);
  const [application, setApplication] = useState(filter.application);
  const used = [filter.application, ...TEXTS.map(({ name }) => filter[name])].filter(Boolean).length;
  const { type, did } = filter;
  const apply = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const filled = TEXTS.map(({ name }): [string, string] => [name, String(form.get(name) ?? '').trim()]);
    onFilter({ type, did, application, ...Object.fromEntries(filled.filter(([, value]) => value !== '')) });
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant={used > 0 ? 'light' : 'default'}
          leftSection={<SearchIcon size={15} aria-hidden />}
          aria-expanded={opened}
          onClick={() => {
            setApplication(filter.application);
            setOpened((was) => !was);
          }}
        >
          {used > 0 ? `Narrowed by ${used}` : 'Narrow'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={apply} aria-label="Narrow the events">
          <Stack gap="xs" w={260}>
            <Select
              size="sm"
              label="Application"
              placeholder="All"
              searchable
              clearable
              clearButtonProps={{ 'aria-label': 'All applications' }}
              comboboxProps={{ withinPortal: false }}
              data={(applications.data ?? []).map(({ name }) => name)}
              value={application ?? null}
              onChange={(value) => setApplication(value ?? undefined)}
            />
            {TEXTS.map(({ name, label, example, type: input }) => (
              <TextInput
                key={name}
                size="sm"
                name={name}
                label={label}
                placeholder={example}
                type={input}
                defaultValue={filter[name] ?? ''}
              />
            ))}
            <Button type="submit" size="sm">
              Narrow
            </Button>
            {used > 0 ? (
              <Button
                size="sm"
                variant="default"
                onClick={() => {
                  onFilter({ type, did });
                  setOpened(false);
                }}
              >
                Show all
              </Button>
            ) : null}
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
