import { Button } from '@mantine/core';
import { PlusIcon } from '@gennaker/ui/icons';
import { useState } from 'react';
import { useAccountList, useAccountsProblem } from '../queries/accounts.ts';
import { useChangeRefusal } from '../queries/change-refusal.ts';
import type { Deed } from './deed.ts';
import { DeedDialog } from './deed-dialog.tsx';
import { DeedReason } from './pane.tsx';

/** Opens the dialog that makes something new, or says why it does not; hidden where no account's cloud can. Without `capability` every cloud can. */
export function CreateButton({
  application,
  label,
  capability,
  deed,
}: {
  readonly application: string;
  readonly label: string;
  readonly capability?: string;
  readonly deed: () => Deed;
}) {
  const accounts = useAccountList();
  const [open, setOpen] = useState<Deed>();
  const refusal = useChangeRefusal(application);
  const reason = useAccountsProblem() ?? (refusal && `${refusal}.`);
  const able = (accounts.data ?? []).some(
    ({ capabilities = [] }) => capability === undefined || capabilities.includes(capability),
  );
  if (!able && reason === undefined) return null;
  return (
    <>
      <Button disabled={reason !== undefined} leftSection={<PlusIcon size={16} />} onClick={() => setOpen(deed())}>
        {label}
      </Button>
      {reason === undefined ? null : <DeedReason>{reason}</DeedReason>}
      {open ? <DeedDialog application={application} deed={open} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}
