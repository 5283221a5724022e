import { Button } from '@mantine/core';
import { PlusIcon } from '@gennaker/ui/icons';
import { useState } from 'react';
import { useAccountList } from '../queries/accounts.ts';
import type { Deed } from './deed.ts';
import { DeedDialog } from './deed-dialog.tsx';

/** Opens the dialog that makes something new; hidden where no account's cloud can. Without `capability` every cloud can. */
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
  const able = (accounts.data ?? []).some(
    ({ capabilities = [] }) => capability === undefined || capabilities.includes(capability),
  );
  if (!able) return null;
  return (
    <>
      <Button leftSection={<PlusIcon size={16} />} onClick={() => setOpen(deed())}>
        {label}
      </Button>
      {open ? <DeedDialog application={application} deed={open} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}
