import { Button, Select, Skeleton } from '@mantine/core';
import type { EventMatch } from '@gennaker/contracts/echo';
import { HookIcon, RefreshIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { StatusText } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useIncoming } from '../queries/insight.ts';
import { PageFilter } from '../shell/page-filter.tsx';

const route = getRouteApi('/events');
const TYPES = ['jenkins', 'webhook', 'manual'];

/** Events that came in from outside, and what each did to each pipeline, with the reason. */
export function EventsPage() {
  const { q = '', type = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/events' });
  const events = useIncoming(type);
  const wanted = q.trim().toLowerCase();
  const shown = (events.data ?? []).filter((event) =>
    `${event.type} ${event.source ?? ''} ${event.matches.map((each) => `${each.application} ${each.pipeline} ${each.reason.summary}`).join(' ')}`
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <div className="page-head">
        <h1>Event log</h1>
        <div className="page-space" />
        <Select
          size="sm"
          w={150}
          aria-label="Type of event"
          placeholder="All types"
          clearable
          data={[...new Set([...TYPES, ...(type ? [type] : [])])]}
          value={type || null}
          onChange={(value) =>
            void navigate({ search: (was) => ({ ...was, type: value ?? undefined }), replace: true })
          }
        />
        <PageFilter
          label="Filter events"
          value={q}
          onChange={(value) => void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })}
        />
        <Button
          variant="default"
          leftSection={<RefreshIcon size={15} />}
          loading={events.isFetching}
          onClick={() => void events.refetch()}
        >
          Refresh
        </Button>
      </div>
      {events.isPending ? (
        <Skeleton height={200} radius="lg" role="status" aria-label="Reading the events" />
      ) : events.isError ? (
        <ErrorPanel title="The events could not be read" error={events.error} />
      ) : shown.length === 0 ? (
        <EmptyState icon={HookIcon} title={events.data.length === 0 ? 'Nothing has come in yet' : 'Nothing matches'}>
          Finished builds, webhooks and starts by hand appear here, with what each did to each pipeline.
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Event</th>
                <th scope="col">What it did</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((event) => (
                <tr key={event.id}>
                  <td className="gk-muted">
                    <Ago at={event.at} />
                  </td>
                  <td>
                    {event.type}
                    {event.source ? <span className="gk-muted"> from {event.source}</span> : null}
                  </td>
                  <td>
                    {event.matches.length === 0 ? <span className="gk-muted">No pipeline listens to it</span> : null}
                    {event.matches.map((match) => (
                      <Match key={match.pipelineId} match={match} />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}

function Match({ match }: { readonly match: EventMatch }) {
  const name = `${match.application} · ${match.pipeline}`;
  return (
    <div>
      <StatusText look={match.started ? 'succeeded' : 'skipped'}>
        {match.started ? 'Started' : 'Not started'}
      </StatusText>{' '}
      {match.executionId ? (
        <Link className="link" to="/executions/$executionId" params={{ executionId: match.executionId }}>
          {name}
        </Link>
      ) : (
        name
      )}
      <span className="gk-muted">: {match.reason.summary}</span>
    </div>
  );
}
