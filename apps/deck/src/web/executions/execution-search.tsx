import { Button, Popover, Stack, TextInput } from '@mantine/core';
import type { SearchCriteria } from '../queries/execution-search.ts';
import { SearchIcon } from '@gennaker/ui/icons';
import { type FormEvent, useState } from 'react';

const FIELDS: readonly { readonly name: keyof SearchCriteria; readonly label: string; readonly example: string }[] = [
  { name: 'user', label: 'Started by', example: 'ann' },
  { name: 'parameter', label: 'Parameter', example: 'version=1.2' },
  { name: 'trigger', label: 'Type of trigger', example: 'jenkins, webhook' },
  { name: 'artifact', label: 'Artifact', example: 'registry/shop:1.2' },
  { name: 'commit', label: 'Commit', example: 'abcdef0' },
  { name: 'from', label: 'Started from', example: '' },
  { name: 'to', label: 'Started until', example: '' },
];
const isDay = (name: keyof SearchCriteria): boolean => name === 'from' || name === 'to';

/** Asks what executions are searched by, beyond what the page shows; `onSearch` gets what is filled in. */
export function ExecutionSearch({
  criteria,
  onSearch,
}: {
  readonly criteria: SearchCriteria;
  readonly onSearch: (criteria: SearchCriteria) => void;
}) {
  const [opened, setOpened] = useState(false);
  const used = FIELDS.filter(({ name }) => criteria[name]).length;
  const search = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const filled = FIELDS.map(({ name }): [string, string] => [name, String(form.get(name) ?? '').trim()]);
    onSearch(Object.fromEntries(filled.filter(([, value]) => value !== '')));
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
          {used > 0 ? `Searched by ${used}` : 'Search all'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={search} aria-label="Search executions">
          <Stack gap="xs" w={260}>
            {FIELDS.map(({ name, label, example }) => (
              <TextInput
                key={name}
                size="sm"
                name={name}
                label={label}
                placeholder={example}
                type={isDay(name) ? 'date' : 'text'}
                defaultValue={criteria[name] ?? ''}
              />
            ))}
            <Button type="submit" size="sm">
              Search
            </Button>
            {used > 0 ? (
              <Button
                size="sm"
                variant="default"
                onClick={() => {
                  onSearch({});
                  setOpened(false);
                }}
              >
                Clear the search
              </Button>
            ) : null}
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
