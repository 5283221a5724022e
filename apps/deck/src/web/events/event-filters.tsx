import { Select } from '@mantine/core';
import { triggerUis } from '@gennaker/triggers/ui';
import { useApplications } from '../queries/applications.ts';
import type { EventFilter } from '../queries/events.ts';
import { Narrowing } from '../shell/narrowing.tsx';

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

const FIELDS = [
  { name: 'source', label: 'Source', example: 'github' },
  { name: 'pipeline', label: 'Id of a pipeline' },
  { name: 'from', label: 'Received from', type: 'date' },
  { name: 'to', label: 'Received until', type: 'date' },
] as const;
const WORDS = {
  unused: 'Narrow',
  used: (count: number) => `Narrowed by ${count}`,
  form: 'Narrow the events',
  apply: 'Narrow',
  clear: 'Show all',
};

function MoreFilters({
  filter,
  onFilter,
}: {
  readonly filter: EventFilter;
  readonly onFilter: (filter: EventFilter) => void;
}) {
  const applications = useApplications();
  const { type, did } = filter;
  return (
    <Narrowing
      words={WORDS}
      used={[filter.application, ...FIELDS.map(({ name }) => filter[name])].filter(Boolean).length}
      fields={FIELDS}
      values={filter}
      onApply={(filled) => onFilter({ type, did, ...filled })}
      onClear={() => onFilter({ type, did })}
    >
      <Select
        size="sm"
        name="application"
        label="Application"
        placeholder="All"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'All applications' }}
        comboboxProps={{ withinPortal: false }}
        data={(applications.data ?? []).map(({ name }) => name)}
        defaultValue={filter.application ?? null}
      />
    </Narrowing>
  );
}
