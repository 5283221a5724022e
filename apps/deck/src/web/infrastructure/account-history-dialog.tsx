import { Button, Group, Skeleton } from '@mantine/core';
import type { AccountAudit } from '@gennaker/contracts/cloud-accounts';
import { ErrorPanel } from '@gennaker/ui/panels';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago } from '@gennaker/ui/time';
import { useAccountHistory } from '../queries/accounts.ts';
import { Dialog } from '../shell/dialog.tsx';

/** What was done to accounts, by whom, newest first. */
export function AccountHistoryDialog({ onClose }: { readonly onClose: () => void }) {
  const history = useAccountHistory();
  return (
    <Dialog onClose={onClose} title="What was done to accounts" size="lg">
      <div className="form-stack">
        {history.isError ? <ErrorPanel title="The history could not be read" error={history.error} /> : null}
        {history.isPending ? <Skeleton height={120} role="status" aria-label="Reading the history" /> : null}
        {history.data?.length === 0 ? <p className="dialog-text">Nothing was done yet.</p> : null}
        {history.data && history.data.length > 0 ? (
          <table className="table">
            <TableHead columns={['When', 'Who', 'Account', 'What']} />
            <tbody>
              {history.data.map((entry) => (
                <tr key={`${entry.at} ${entry.account} ${entry.action}`}>
                  <td>
                    <Ago at={entry.at} />
                  </td>
                  <td>{entry.user}</td>
                  <td>{entry.account}</td>
                  <td>
                    {entry.action}
                    {entry.action === 'changed' ? <Changes of={entry.changes} /> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onClose}>
            Close
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}

function Changes({ of }: { readonly of: AccountAudit['changes'] }) {
  return of.map(({ field, before, after }) => (
    <div key={field} className="gk-muted">
      {field}: {words(before)} → {words(after)}
    </div>
  ));
}

const words = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
