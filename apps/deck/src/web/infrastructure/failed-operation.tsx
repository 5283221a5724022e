import { Button, Group } from '@mantine/core';
import { ErrorPanel, Note, ReasonNote } from '@gennaker/ui/panels';
import { list, text } from '@gennaker/ui/stage-ui';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { refreshClouds, useContinueOperation, useOperation } from '../queries/operations.ts';

/** An operation that failed: why, what it left behind, and both ways to finish it. `told`: why it failed stands beside it already. */
export function FailedOperation({
  execution,
  operation,
  told = false,
}: {
  readonly execution: string;
  readonly operation: string;
  readonly told?: boolean;
}) {
  const client = useQueryClient();
  const found = useOperation(execution, operation);
  const goOn = useContinueOperation(operation);
  const ended = found.data?.status.completed === true;
  useEffect(() => {
    if (ended) refreshClouds(client);
  }, [client, ended]);
  if (found.isError) return <ErrorPanel title={`Operation ${operation} could not be read`} error={found.error} />;
  if (!found.data) return null;
  const { status, reason, leftovers = [] } = found.data;
  if (!ended) return <Note look="running" title={`The operation goes on: ${status.status}`} />;
  if (!status.failed)
    return goOn.isSuccess ? (
      <Note
        look="succeeded"
        title="The operation was finished"
        why="What it belongs to stays failed; it can be run again."
      />
    ) : null;
  const stays = list(reason?.evidence?.['stays']).map(text);
  return (
    <div className="gk-rows">
      {told ? null : reason ? (
        <ReasonNote reason={reason} look="failed" />
      ) : (
        <Note look="failed" title={status.status} />
      )}
      {leftovers.length > 0 ? (
        <Note look="paused" title="It was not undone whole: this is left">
          <ul className="panel-problems">
            {leftovers.map(({ step, message }) => (
              <li key={step}>
                {step}: {message}
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
      {stays.length > 0 ? (
        <Note look="paused" title="This is done, and nothing can undo it">
          <ul className="panel-problems">
            {stays.map((clause) => (
              <li key={clause}>{clause}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      {leftovers.length + stays.length === 0 ? (
        <p className="gk-muted panel-none">All that it had made was taken back; nothing is left.</p>
      ) : null}
      {goOn.isError ? <ErrorPanel title="It was not begun" error={goOn.error} /> : null}
      <Group gap="xs">
        <Button size="compact-sm" loading={goOn.isPending} onClick={() => goOn.mutate('retry')}>
          {leftovers.length + stays.length > 0 ? 'Go on from there' : 'Begin it again'}
        </Button>
        {leftovers.length > 0 ? (
          <Button size="compact-sm" variant="default" disabled={goOn.isPending} onClick={() => goOn.mutate('undo')}>
            Take back what is left
          </Button>
        ) : null}
      </Group>
    </div>
  );
}
