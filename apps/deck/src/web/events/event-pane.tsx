import { Button, Skeleton } from '@mantine/core';
import type { StoredEvent } from '@gennaker/contracts/echo';
import { ErrorPanel, Facts, JsonBlock } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { PaneFrame, PaneSection } from '../infrastructure/pane.tsx';
import { useIncomingEvent } from '../queries/events.ts';
import { EventMatches } from './event-matches.tsx';
import { eventWords, typeWords } from './event-words.ts';
import { ReplayDialog } from './replay-dialog.tsx';

/** One event that came in: what it did and why, what it brought, and how it is sent again. */
export function EventPane({
  id,
  onTry,
  onClose,
}: {
  readonly id: string;
  /** Takes the event to where it can be changed and tried. */
  readonly onTry: (event: StoredEvent) => void;
  readonly onClose: () => void;
}) {
  const found = useIncomingEvent(id);
  const [replaying, setReplaying] = useState(false);
  const event = found.data;
  return (
    <PaneFrame
      label={`Event ${id}`}
      title={event ? eventWords(event) : 'Event'}
      plain
      actions={
        event ? (
          <>
            <Button size="compact-sm" variant="default" onClick={() => setReplaying(true)}>
              Send again
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => onTry(event)}>
              Change and try
            </Button>
          </>
        ) : null
      }
      onClose={onClose}
    >
      {found.isPending ? (
        <Skeleton m={16} height={160} w="auto" radius="md" role="status" aria-label="Reading the event" />
      ) : found.isError ? (
        <ErrorPanel title="The event could not be read" error={found.error} />
      ) : null}
      {event ? (
        <>
          <PaneSection title="What it did">
            <div className="event-did">
              <EventMatches event={event} />
            </div>
          </PaneSection>
          <PaneSection title="Facts">
            <Facts
              of={[
                ['Received', <Ago key="at" at={event.at} />],
                ['Type', typeWords(event.type)],
                ['Source', event.source],
                ['From', event.user],
                ['Known by', event.key ? <span className="gk-mono">{event.key}</span> : undefined],
                [
                  'Id',
                  <span key="id" className="gk-mono">
                    {event.id}
                  </span>,
                ],
                [
                  'Sent again from',
                  event.replayOf ? (
                    <Link className="link" to="/events" search={{ open: event.replayOf }}>
                      an earlier event
                    </Link>
                  ) : undefined,
                ],
              ]}
            />
          </PaneSection>
          <PaneSection title="Payload">
            <JsonBlock value={event.content} label="Payload" />
          </PaneSection>
          {event.headers && Object.keys(event.headers).length > 0 ? (
            <PaneSection title="Headers">
              <JsonBlock value={event.headers} label="Headers" />
            </PaneSection>
          ) : null}
          {replaying ? <ReplayDialog event={event} onClose={() => setReplaying(false)} /> : null}
        </>
      ) : null}
    </PaneFrame>
  );
}
