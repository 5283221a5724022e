import { Button, Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { ExecutionQueue } from '@gennaker/contracts/orca-insight';
import { HourglassIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Elapsed } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CancelDialog } from '../executions/cancel-dialog.tsx';
import { startedBy, triggerSentence } from '../executions/trigger-sentence.ts';
import { useExecution, useExecutions } from '../queries/executions.ts';
import { useQueues } from '../queries/insight.ts';

const route = getRouteApi('/applications/$application/queue');

/** Executions of an application that wait for a slot: who holds the slots, the line, and why. */
export function QueuePage() {
  const { application } = route.useParams();
  const queues = useQueues(application);
  const executions = useExecutions(application);
  const known = new Map((executions.data ?? []).map((each) => [each.id, each]));
  const [cancelling, setCancelling] = useState<string>();
  return (
    <div className="page">
      <div className="page-head">
        <h1>Queue</h1>
      </div>
      {queues.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the queue" />
      ) : queues.isError ? (
        <ErrorPanel
          title="The queue could not be read"
          error={queues.error}
          action={
            <Button size="compact-sm" variant="default" onClick={() => void queues.refetch()}>
              Try again
            </Button>
          }
        />
      ) : queues.data.length === 0 ? (
        <EmptyState icon={HourglassIcon} title="Nothing waits for its turn">
          Pipelines that limit how many of their executions run at once line up here.
        </EmptyState>
      ) : (
        queues.data.map((queue) => (
          <Queue
            key={queue.pipelineConfigId}
            application={application}
            queue={queue}
            known={known}
            onCancel={setCancelling}
          />
        ))
      )}
      {cancelling ? <CancelWaiting id={cancelling} onClose={() => setCancelling(undefined)} /> : null}
    </div>
  );
}

function CancelWaiting({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const execution = useExecution(id);
  return execution.data ? <CancelDialog execution={execution.data} opened onClose={onClose} /> : null;
}

function Queue({
  application,
  queue,
  known,
  onCancel,
}: {
  readonly application: string;
  readonly queue: ExecutionQueue;
  readonly known: ReadonlyMap<string, ExecutionView>;
  readonly onCancel: (id: string) => void;
}) {
  const named = (id: string) => {
    const execution = known.get(id);
    return (
      <Link
        className="link"
        to="/applications/$application/executions/details/$executionId"
        params={{ application, executionId: id }}
        search={{}}
      >
        {execution ? `${triggerSentence(execution)} · ${startedBy(execution)}` : id}
      </Link>
    );
  };
  return (
    <section className="pipeline" aria-label={`Queue of ${queue.name}`}>
      <div className="pipeline-head">
        <h2>{queue.name}</h2>
        <span className="gk-muted">
          {queue.limit === 1 ? 'One runs at a time' : `${queue.limit} run at a time`}
          {queue.keepWaiting ? '' : '; a newer one takes the place of those that wait'}
        </span>
      </div>
      <div className="card">
        <table className="table">
          <TableHead actions columns={['Place', 'Execution', 'For', 'Why']} />
          <tbody>
            {queue.running.map((id) => (
              <tr key={id}>
                <td>Runs</td>
                <td className="queue-what">{named(id)}</td>
                <td>
                  <Elapsed from={known.get(id)?.startTime} />
                </td>
                <td className="gk-muted">Holds a slot</td>
                <td />
              </tr>
            ))}
            {queue.waiting.map(({ executionId, position, since, reason }) => (
              <tr key={executionId}>
                <td className="gk-num">{position}</td>
                <td className="queue-what">{named(executionId)}</td>
                <td>
                  <Elapsed from={since} />
                </td>
                <td className="gk-muted">
                  {reason.summary}
                  {reason.next ? `; ${reason.next}` : ''}
                </td>
                <td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Cancel number ${position} of ${queue.name}`}
                    onClick={() => onCancel(executionId)}
                  >
                    Cancel
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
