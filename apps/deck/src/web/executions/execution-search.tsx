import type { SearchCriteria } from '../queries/execution-search.ts';
import { Narrowing, type NarrowingField } from '../shell/narrowing.tsx';

const FIELDS: readonly NarrowingField<keyof SearchCriteria>[] = [
  { name: 'user', label: 'Started by', example: 'ann' },
  { name: 'parameter', label: 'Parameter', example: 'version=1.2' },
  { name: 'trigger', label: 'Type of trigger', example: 'jenkins, webhook' },
  { name: 'artifact', label: 'Artifact', example: 'registry/shop:1.2' },
  { name: 'commit', label: 'Commit', example: 'abcdef0' },
  { name: 'from', label: 'Started from', type: 'date' },
  { name: 'to', label: 'Started until', type: 'date' },
];
const WORDS = {
  unused: 'Search all',
  used: (count: number) => `Searched by ${count}`,
  form: 'Search executions',
  apply: 'Search',
  clear: 'Clear the search',
};

/** Asks what executions are searched by, beyond what the page shows; `onSearch` gets what is filled in. */
export function ExecutionSearch({
  criteria,
  onSearch,
}: {
  readonly criteria: SearchCriteria;
  readonly onSearch: (criteria: SearchCriteria) => void;
}) {
  return (
    <Narrowing
      words={WORDS}
      used={FIELDS.filter(({ name }) => criteria[name]).length}
      fields={FIELDS}
      values={criteria}
      onApply={onSearch}
      onClear={() => onSearch({})}
    />
  );
}
