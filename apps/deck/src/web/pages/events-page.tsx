import { ActionIcon, Button, Skeleton } from '@mantine/core';
import type { StoredEvent } from '@gennaker/contracts/echo';
import { HookIcon, RefreshIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { EventFilters } from '../events/event-filters.tsx';
import { EventMatches } from '../events/event-matches.tsx';
import { EventPane } from '../events/event-pane.tsx';
import { EventTester } from '../events/event-tester.tsx';
import { eventWords } from '../events/event-words.ts';
import { type WrittenEvent, writtenFrom } from '../events/written-event.ts';
import { Opener, useListKeys } from '../infrastructure/opener.tsx';
import { type EventFilter, useIncoming } from '../queries/events.ts';
import { Dialog } from '../shell/dialog.tsx';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/events');
const EMPTY: WrittenEvent = { type: 'webhook', source: '', headers: '', body: '{}' };

const wordsOf = (event: StoredEvent): string =>
  [
    event.type,
    event.source ?? '',
    event.user ?? '',
    event.reason?.summary ?? '',
    ...event.matches.map((each) => `${each.application} ${each.pipeline} ${each.reason.summary}`),
  ]
    .join(' ')
    .toLowerCase();

/** Events that came in from outside, and what each did to each pipeline, with the reason. One opens beside the list. */
export function EventsPage() {
  useListKeys();
  const { q = '', open, ...filter } = route.useSearch();
  const navigate = useNavigate({ from: '/events' });
  const events = useIncoming(filter);
  const [trying, setTrying] = useState<WrittenEvent>();
  const wanted = q.trim().toLowerCase();
  const all = events.data?.pages.flat() ?? [];
  const shown = all.filter((event) => wordsOf(event).includes(wanted));
  const narrowed = Object.values(filter).some(Boolean);
  const show = (id: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, open: id }), replace: true, resetScroll: false });
  const filterBy = (next: EventFilter): void =>
    void navigate({ search: (was) => ({ q: was.q, open: was.open, ...next }), replace: true });
  return (
    <main id="main" className="with-pane" data-pane={open !== undefined} tabIndex={-1}>
      <div className="page">
        <PageHead title="Event log" wraps>
          <EventFilters filter={filter} onFilter={filterBy} />
          <PageFilter
            label="Filter events"
            value={q}
            onChange={(value) => void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })}
          />
          <ActionIcon
            variant="default"
            size="lg"
            aria-label="Refresh"
            loading={events.isRefetching && !events.isFetchingNextPage}
            onClick={() => void events.refetch()}
          >
            <RefreshIcon size={15} />
          </ActionIcon>
          <Button onClick={() => setTrying(EMPTY)}>Try an event</Button>
        </PageHead>
        {events.isPending ? (
          <Skeleton height={200} radius="lg" role="status" aria-label="Reading the events" />
        ) : events.isError ? (
          <ErrorPanel title="The events could not be read" error={events.error} />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={HookIcon}
            title={all.length > 0 || narrowed ? 'Nothing matches' : 'Nothing has come in yet'}
            actions={
              narrowed ? (
                <Button variant="default" onClick={() => filterBy({})}>
                  Show all
                </Button>
              ) : undefined
            }
          >
            Finished builds, webhooks, firings of schedules and starts by hand appear here, with what each did to each
            pipeline.
          </EmptyState>
        ) : (
          <EventTable events={shown} open={open} onOpen={show} />
        )}
        {events.hasNextPage ? (
          <Button
            mt={12}
            variant="default"
            loading={events.isFetchingNextPage}
            onClick={() => void events.fetchNextPage()}
          >
            Older events
          </Button>
        ) : null}
      </div>
      {open === undefined ? null : (
        <EventPane
          key={open}
          id={open}
          onTry={(event) => setTrying(writtenFrom(event))}
          onClose={() => show(undefined)}
        />
      )}
      {trying ? (
        <Dialog onClose={() => setTrying(undefined)} title="Would this event start something?" size="xl">
          <EventTester start={trying} />
        </Dialog>
      ) : null}
    </main>
  );
}

function EventTable({
  events,
  open,
  onOpen,
}: {
  readonly events: readonly StoredEvent[];
  readonly open: string | undefined;
  readonly onOpen: (id: string) => void;
}) {
  return (
    <div className="card">
      <table className="table table-rows">
        <TableHead columns={['Event', 'What it did', 'When']} />
        <tbody>
          {events.map((event) => (
            <tr key={event.id} data-selected={open === event.id}>
              <td>
                <Opener
                  className="event-name"
                  name={eventWords(event)}
                  open={open === event.id}
                  onOpen={() => onOpen(event.id)}
                />
                {event.replayOf ? <div className="app-about">sent again by {event.user ?? 'somebody'}</div> : null}
              </td>
              <td className="event-did">
                <EventMatches event={event} />
              </td>
              <td className="gk-muted no-wrap">
                <Ago at={event.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
