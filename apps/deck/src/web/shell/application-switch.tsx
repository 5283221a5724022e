import { Combobox, ScrollArea, useCombobox } from '@mantine/core';
import { ChevronDownIcon } from '@gennaker/ui/icons';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApplications } from '../queries/applications.ts';

/** Name of the current application; opens a list to go to another. */
export function ApplicationSwitch({ application }: { readonly application: string }) {
  const navigate = useNavigate();
  const applications = useApplications();
  const [search, setSearch] = useState('');
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch('');
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const shown = (applications.data ?? []).filter(({ name }) => name.includes(search.trim().toLowerCase()));
  return (
    <nav aria-label="Application" className="switch">
      <span className="switch-slash" aria-hidden>
        /
      </span>
      <Combobox
        store={combobox}
        width={260}
        position="bottom-start"
        onOptionSubmit={(name) => {
          combobox.closeDropdown();
          void navigate({ to: '/applications/$application/executions', params: { application: name }, search: {} });
        }}
      >
        <Combobox.Target withAriaAttributes={false}>
          <button
            type="button"
            className="switch-button"
            aria-haspopup="listbox"
            onClick={() => combobox.toggleDropdown()}
          >
            {application}
            <ChevronDownIcon size={14} aria-hidden />
          </button>
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Search
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            placeholder="Find an application"
            aria-label="Find an application"
          />
          <ScrollArea.Autosize mah={320} type="scroll">
            <Combobox.Options>
              {shown.map(({ name }) => (
                <Combobox.Option key={name} value={name} active={name === application}>
                  {name}
                </Combobox.Option>
              ))}
              {shown.length === 0 ? <Combobox.Empty>No application is called so</Combobox.Empty> : null}
            </Combobox.Options>
          </ScrollArea.Autosize>
        </Combobox.Dropdown>
      </Combobox>
    </nav>
  );
}
