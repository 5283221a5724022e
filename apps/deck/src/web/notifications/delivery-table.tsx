import { Button } from '@mantine/core';
import type { NotificationDelivery } from '@gennaker/contracts/notifications';
import { notificationUis } from '@gennaker/notifications/ui';
import { ErrorPanel } from '@gennaker/ui/panels';
import { type Look, StatusText } from '@gennaker/ui/status';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago, withLocalTimes } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { type DeliveryState, useDeliveryDeed } from '../queries/notifications.ts';

/** How a message stands, as tone and words. */
export const DELIVERY_WORDS: Readonly<Record<DeliveryState, { readonly look: Look; readonly words: string }>> = {
  waiting: { look: 'system', words: 'Waiting' },
  delivered: { look: 'succeeded', words: 'Delivered' },
  dead: { look: 'failed', words: 'Given up' },
  discarded: { look: 'canceled', words: 'Discarded' },
};

/** Messages, and what became of each; those that were given up are sent again or discarded. */
export function DeliveryTable({ deliveries }: { readonly deliveries: readonly NotificationDelivery[] }) {
  const deed = useDeliveryDeed();
  return (
    <>
      {deed.isError ? <ErrorPanel title="The message was not changed" error={deed.error} /> : null}
      <div className="card">
        <table className="table" aria-label="Messages">
          <TableHead actions columns={['Message', 'To', 'State', 'When']} />
          <tbody>
            {deliveries.map((each) => {
              const { look, words } = DELIVERY_WORDS[each.state];
              const label = notificationUis.find(({ type }) => type === each.type)?.label ?? each.type;
              return (
                <tr key={each.id}>
                  <td>
                    {each.executionId ? (
                      <Link className="link" to="/executions/$executionId" params={{ executionId: each.executionId }}>
                        {each.subject}
                      </Link>
                    ) : (
                      each.subject
                    )}
                    <div className="app-about">
                      {each.application} · {each.event}
                    </div>
                  </td>
                  <td>
                    {label}
                    <div className="app-about gk-mono">{each.address}</div>
                  </td>
                  <td>
                    <StatusText look={look}>{words}</StatusText>
                    {each.reason ? <div className="gk-muted">{withLocalTimes(each.reason.summary)}</div> : null}
                    {each.attempts > 1 ? <div className="gk-muted">{each.attempts} attempts</div> : null}
                  </td>
                  <td className="gk-muted no-wrap">
                    <Ago at={each.createdAt} />
                  </td>
                  <td className="delivery-deeds">
                    {each.state === 'dead' ? (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Send again: ${each.subject} to ${each.address}`}
                        loading={deed.isPending && deed.variables.id === each.id && deed.variables.deed === 'retry'}
                        onClick={() => deed.mutate({ id: each.id, deed: 'retry' })}
                      >
                        Send again
                      </Button>
                    ) : null}
                    {each.state === 'dead' || each.state === 'waiting' ? (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Discard: ${each.subject} to ${each.address}`}
                        loading={deed.isPending && deed.variables.id === each.id && deed.variables.deed === 'discard'}
                        onClick={() => deed.mutate({ id: each.id, deed: 'discard' })}
                      >
                        Discard
                      </Button>
                    ) : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
