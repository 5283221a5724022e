import { ActionIcon, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { FieldGrid } from './fields.tsx';
import { CloseIcon, PlusIcon } from './icons.tsx';

type Row = Readonly<Record<string, unknown>>;

/**
 * A list of rows of fields that a person adds to and takes from. `what` names one row, as in "Add variable"; `fresh` is a new
 * one; `children` draws the fields of a row and merges what they say by `set`.
 */
export function RowsField({
  what,
  rows,
  fresh,
  onChange,
  children,
}: {
  readonly what: string;
  readonly rows: readonly Row[];
  readonly fresh: Row;
  readonly onChange: (rows: Row[]) => void;
  readonly children: (row: Row, index: number, set: (patch: Row) => void) => ReactNode;
}) {
  const set = (index: number, patch: Row): void =>
    onChange(rows.map((was, at) => (at === index ? { ...was, ...patch } : was)));
  return (
    <div className="gk-rows">
      {rows.map((row, index) => (
        <div key={index} className="gk-group gk-removable">
          <FieldGrid>{children(row, index, (patch) => set(index, patch))}</FieldGrid>
          <ActionIcon
            className="gk-remove"
            variant="subtle"
            color="gray"
            aria-label={`Remove ${what} ${index + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            <CloseIcon size={15} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={14} />}
          onClick={() => onChange([...rows, fresh])}
        >
          Add {what}
        </Button>
      </div>
    </div>
  );
}
