import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { SearchIcon } from '@gennaker/ui/icons';

/** The page's filter: "/" focuses it; its text lives in the address. */
export function PageFilter({
  value,
  onChange,
  label,
  width = 240,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly width?: number;
}) {
  return (
    <TextInput
      data-page-filter
      w={width}
      size="sm"
      aria-label={label}
      placeholder={label}
      leftSection={<SearchIcon size={15} aria-hidden />}
      rightSection={
        value ? (
          <CloseButton size="sm" aria-label="Clear the filter" onClick={() => onChange('')} />
        ) : (
          <Kbd size="xs">/</Kbd>
        )
      }
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
