import { Button, Group, Select, Skeleton } from '@mantine/core';
import type { StoredEvent } from '@gennaker/contracts/echo';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useEventForecast, useReplay } from '../queries/events.ts';
import { Dialog } from '../shell/dialog.tsx';
import { EventMatches } from './event-matches.tsx';
import { VerdictList } from './verdict-list.tsx';

const ALL = 'all';

/** Sends a stored event again: first what it would do now, then what it did. */
export function ReplayDialog({ event, onClose }: { readonly event: StoredEvent; readonly onClose: () => void }) {
  const forecast = useEventForecast(event.id);
  const replay = useReplay();
  const [only, setOnly] = useState(ALL);
  const pipelines = (forecast.data?.matches ?? []).flatMap(({ pipelineId, application, pipeline }) =>
    pipelineId === undefined ? [] : [{ value: pipelineId, label: `${application} · ${pipeline}` }],
  );
  return (
    <Dialog onClose={onClose} title="Send this event again" size="lg">
      <div className="gk-rows">
        {replay.data ? (
          <>
            <Note
              look="succeeded"
              title="It was sent again"
              why="It is stored as an event of its own, with your name."
            />
            <div className="event-did">
              <EventMatches event={replay.data} />
            </div>
            <Group justify="flex-end" gap="xs">
              <Button
                variant="default"
                onClick={onClose}
                renderRoot={(props) => <Link to="/events" search={{ open: replay.data.eventId }} {...props} />}
              >
                See the new event
              </Button>
              <Button data-autofocus onClick={onClose}>
                Done
              </Button>
            </Group>
          </>
        ) : (
          <>
            <p className="dialog-text" style={{ margin: 0 }}>
              It counts as new: pipelines that it started before start once more. They run with your rights to execute.
            </p>
            {forecast.isPending ? (
              <Skeleton height={80} radius="md" role="status" aria-label="Asking what it would do" />
            ) : forecast.isError ? (
              <ErrorPanel title="What it would do is not known" error={forecast.error} />
            ) : (
              <VerdictList answer={{ ...forecast.data, seenBefore: undefined }} />
            )}
            {pipelines.length > 1 ? (
              <Select
                label="To which pipelines"
                data={[{ value: ALL, label: 'All that match' }, ...pipelines]}
                value={only}
                allowDeselect={false}
                onChange={(value) => value !== null && setOnly(value)}
              />
            ) : null}
            {replay.isError ? <ErrorPanel title="It was not sent again" error={replay.error} /> : null}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button
                loading={replay.isPending}
                onClick={() => replay.mutate({ id: event.id, pipelineId: only === ALL ? undefined : only })}
              >
                Send it again
              </Button>
            </Group>
          </>
        )}
      </div>
    </Dialog>
  );
}
