import { Button, Group, Skeleton } from '@mantine/core';
import type { AccountView, StoredAccount } from '@gennaker/contracts/cloud-accounts';
import { PlusIcon, UnplugIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip, StatusText } from '@gennaker/ui/status';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago } from '@gennaker/ui/time';
import { useState } from 'react';
import { AccountDialog } from '../infrastructure/account-dialog.tsx';
import { AccountHistoryDialog } from '../infrastructure/account-history-dialog.tsx';
import { ReadFailure } from '../infrastructure/read-failure.tsx';
import { Verification } from '../infrastructure/verification.tsx';
import {
  accountKey,
  isUnseen,
  useAccountDefinitions,
  useAccountList,
  useChangeAccount,
  useVerifyAccount,
} from '../queries/accounts.ts';
import { useMe } from '../queries/people.ts';
import { Dialog } from '../shell/dialog.tsx';
import { PageHead } from '../shell/page-head.tsx';

/** Accounts of the clouds: how fresh their views are, what works of them; administrators add, change and remove them. */
export function AccountsPage() {
  const admin = useMe().data?.isAdmin === true;
  const accounts = useAccountList();
  const definitions = useAccountDefinitions('gce', admin);
  const [editing, setEditing] = useState<StoredAccount | 'new'>();
  const [removing, setRemoving] = useState<AccountView>();
  const [verifying, setVerifying] = useState<string>();
  const [telling, setTelling] = useState(false);
  return (
    <main id="main" className="page" tabIndex={-1}>
      <PageHead title="Accounts">
        {admin ? (
          <Group gap="xs">
            <Button variant="default" onClick={() => setTelling(true)}>
              History
            </Button>
            <Button leftSection={<PlusIcon size={16} />} onClick={() => setEditing('new')}>
              Add an account
            </Button>
          </Group>
        ) : null}
      </PageHead>
      {definitions.isError ? (
        <ErrorPanel title="The definitions could not be read: nothing can be changed now" error={definitions.error} />
      ) : null}
      <ReadFailure things="accounts" list={accounts} />
      {accounts.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the accounts" />
      ) : accounts.data === undefined ? null : accounts.data.length === 0 ? (
        <EmptyState icon={UnplugIcon} title="There is no account yet">
          {admin
            ? 'An account says where a cloud is and as whom it is used. Add one; it works at once.'
            : 'An administrator adds accounts here or in gennaker.yml.'}
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table">
            <TableHead actions columns={['Name', 'Project', 'Regions', 'State', 'Holds']} />
            <tbody>
              {accounts.data.map((account) => (
                <AccountRow
                  key={accountKey(account)}
                  account={account}
                  admin={admin}
                  definition={definitions.data?.find((each) => accountKey(each) === accountKey(account))}
                  onEdit={setEditing}
                  onRemove={() => setRemoving(account)}
                  onVerify={() => setVerifying(account.name)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing ? (
        <AccountDialog account={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      ) : null}
      {removing ? <RemoveDialog account={removing} onClose={() => setRemoving(undefined)} /> : null}
      {telling ? <AccountHistoryDialog onClose={() => setTelling(false)} /> : null}
      {verifying ? <VerifyDialog name={verifying} onClose={() => setVerifying(undefined)} /> : null}
    </main>
  );
}

function AccountRow({
  account,
  admin,
  definition,
  onEdit,
  onRemove,
  onVerify,
}: {
  readonly account: AccountView;
  readonly admin: boolean;
  readonly definition: StoredAccount | undefined;
  readonly onEdit: (definition: StoredAccount) => void;
  readonly onRemove: () => void;
  readonly onVerify: () => void;
}) {
  const refresh = useChangeAccount();
  const { name, inventory, problem } = account;
  return (
    <tr>
      <td>
        <div className="app-name">{name}</div>
        <div className="app-about">
          {account.cloudProvider} · {account.environment}
        </div>
      </td>
      <td>
        <div className="gk-mono">{account.project}</div>
        <div className="app-about">{account.endpoint}</div>
      </td>
      <td>{account.regions.map((region) => region.name).join(', ')}</td>
      <td>
        <AccountState account={account} />
        {refresh.isError ? <ErrorPanel title="It was not looked at" error={refresh.error} /> : null}
      </td>
      <td className="gk-muted">
        {inventory && !problem && !isUnseen(account)
          ? `${inventory.serverGroups} server groups, ${inventory.instances} instances`
          : null}
      </td>
      <td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          {problem ? null : (
            <Button
              size="compact-sm"
              variant="default"
              loading={refresh.isPending}
              aria-label={`Look at ${name} now`}
              onClick={() => refresh.mutate({ deed: 'refresh', name })}
            >
              Look now
            </Button>
          )}
          {admin ? (
            <Button size="compact-sm" variant="default" aria-label={`Verify ${name}`} onClick={onVerify}>
              Verify
            </Button>
          ) : null}
          {admin && account.readOnly === true ? <Chip look="waiting">From gennaker.yml</Chip> : null}
          {definition && !definition.readOnly ? (
            <>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Change ${name}`}
                onClick={() => onEdit(definition)}
              >
                Change
              </Button>
              <Button size="compact-sm" variant="default" aria-label={`Remove ${name}`} onClick={onRemove}>
                Remove
              </Button>
            </>
          ) : null}
        </Group>
      </td>
    </tr>
  );
}

/** Whether an account is seen: when last, since when not and why. */
function AccountState({ account: { problem, inventory } }: { readonly account: AccountView }) {
  if (problem)
    return (
      <>
        <StatusText look="failed">Cannot be used</StatusText>
        <div className="app-about">{problem}</div>
      </>
    );
  if (inventory?.failingSince !== undefined)
    return (
      <>
        <StatusText look="paused">
          Looks fail, the first <Ago at={inventory.failingSince} />
        </StatusText>
        <div className="app-about">{inventory.error}</div>
      </>
    );
  if (inventory?.lastSeen === undefined) return <StatusText look="system">Is looked at for the first time</StatusText>;
  return (
    <StatusText look="succeeded">
      Seen <Ago at={inventory.lastSeen} />
    </StatusText>
  );
}

function VerifyDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const verify = useVerifyAccount();
  return (
    <Dialog onClose={onClose} title={`What works of ${name}`} size="lg">
      <div className="form-stack">
        <p className="dialog-text" style={{ margin: 0 }}>
          Credentials, regions, quotas and permissions are tried; nothing is changed.
        </p>
        {verify.isError ? <ErrorPanel title="It could not be tried" error={verify.error} /> : null}
        {verify.data ? <Verification of={verify.data} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button data-autofocus loading={verify.isPending} onClick={() => verify.mutate({ name })}>
            {verify.data ? 'Try again' : 'Try it'}
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}

function RemoveDialog({ account, onClose }: { readonly account: AccountView; readonly onClose: () => void }) {
  const change = useChangeAccount();
  const { name, inventory } = account;
  return (
    <Dialog onClose={onClose} title={`Remove ${name}?`}>
      <p className="dialog-text">
        What was seen of it is forgotten; the cloud itself is not touched
        {inventory ? `: its ${inventory.serverGroups} server groups run on` : ''}. Pipelines that name it fail until it
        is added again.
      </p>
      {change.isError ? <ErrorPanel title="The account was not removed" error={change.error} /> : null}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" data-autofocus onClick={onClose}>
          Keep
        </Button>
        <Button
          color="red"
          loading={change.isPending}
          onClick={() => change.mutate({ deed: 'remove', name }, { onSuccess: onClose })}
        >
          Remove {name}
        </Button>
      </Group>
    </Dialog>
  );
}
