import { Button, Group } from '@mantine/core';
import { type TrafficGuard, trafficGuardsSchema } from '@gennaker/contracts/traffic-guards';
import { ChoiceField, NumberField, SwitchField, TextField } from '@gennaker/ui/fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { ErrorPanel } from '@gennaker/ui/panels';
import { RowsField } from '@gennaker/ui/rows-field';
import { text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { useUpdateApplication } from '../queries/applications.ts';

type Row = Readonly<Record<string, unknown>>;

const FRESH: Row = { account: '*', location: '*', stack: '*', detail: '*', enabled: true };

/** The traffic guards of an application, to be changed and saved as a whole. */
export function GuardsForm({
  application,
  guards,
}: {
  readonly application: string;
  readonly guards: readonly TrafficGuard[];
}) {
  const [rows, setRows] = useState<readonly Row[]>(guards);
  const [dirty, setDirty] = useState(false);
  const save = useUpdateApplication(application);
  const parsed = trafficGuardsSchema.safeParse(rows);
  const errorOf = (index: number, field: string): string | undefined =>
    parsed.error?.issues.find(({ path }) => path[0] === index && path[1] === field)?.message;
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.success)
          save.mutate(
            { what: 'traffic guards', attributes: { trafficGuards: parsed.data } },
            { onSuccess: () => setDirty(false) },
          );
      }}
    >
      <RowsField
        what="guard"
        rows={rows}
        fresh={FRESH}
        onChange={(next) => {
          setRows(next);
          setDirty(true);
        }}
      >
        {(row, index, set) => <GuardFields row={row} set={set} errorOf={(field) => errorOf(index, field)} />}
      </RowsField>
      {save.isError ? <ErrorPanel title="The guards were not saved" error={save.error} /> : null}
      <Group gap="xs">
        <Button type="submit" loading={save.isPending} disabled={!dirty || !parsed.success}>
          Save guards
        </Button>
        <span className="gk-muted" role="status">
          {dirty ? 'Not saved yet' : save.isSuccess ? 'Saved' : ''}
        </span>
      </Group>
    </form>
  );
}

function GuardFields({
  row,
  set,
  errorOf,
}: {
  readonly row: Row;
  readonly set: (patch: Row) => void;
  readonly errorOf: (field: string) => string | undefined;
}) {
  const live = useLiveData();
  const accounts = live.useAccounts();
  const account = text(row['account']);
  const regions = live.useRegions(account === '' || account === '*' ? undefined : account);
  return (
    <>
      <ChoiceField
        label="Account"
        required
        help="* for all"
        value={row['account']}
        choices={accounts}
        error={errorOf('account')}
        onChange={(value) => set({ account: value ?? '' })}
      />
      <ChoiceField
        label="Region"
        required
        help="* for all"
        value={row['location']}
        choices={regions}
        error={errorOf('location')}
        onChange={(value) => set({ location: value ?? '' })}
      />
      <TextField
        label="Stack"
        help="* for any; empty: clusters without one"
        value={row['stack']}
        onChange={(value) => set({ stack: value ?? '' })}
      />
      <TextField
        label="Detail"
        help="* for any; empty: clusters without one"
        value={row['detail']}
        onChange={(value) => set({ detail: value ?? '' })}
      />
      <NumberField
        label="Healthy capacity to keep"
        help="Of what one full version has; empty: at least one instance"
        max={100}
        suffix=" %"
        value={row['minCapacityPercentage'] ?? undefined}
        error={errorOf('minCapacityPercentage')}
        onChange={(value) => set({ minCapacityPercentage: value })}
      />
      <SwitchField label="In force" value={row['enabled'] !== false} onChange={(value) => set({ enabled: value })} />
    </>
  );
}
