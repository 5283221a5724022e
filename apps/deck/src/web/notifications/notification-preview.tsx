import { Button, Group, Select, Skeleton } from '@mantine/core';
import { ErrorPanel, Facts, JsonBlock, Note } from '@gennaker/ui/panels';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { type TriedNotification, useNotificationPreview, useNotificationTest } from '../queries/notifications.ts';
import { Dialog } from '../shell/dialog.tsx';
import type { EventChoice } from './notification-events.ts';

/** What notifications tell of: executions of an application, of one pipeline, or one of its stages. */
export interface Told {
  readonly level: 'application' | 'pipeline' | 'stage';
  readonly application: string;
  readonly pipeline?: string;
  readonly stage?: string;
}

/** What a notification would say, and a test that sends it. */
export function NotificationPreview({
  notification,
  told,
  events: [first, ...others],
  onClose,
}: {
  readonly notification: JsonObject;
  readonly told: Told;
  /** Those that it tells of; the first is shown first. */
  readonly events: readonly [EventChoice, ...EventChoice[]];
  readonly onClose: () => void;
}) {
  const [event, setEvent] = useState(first.value);
  const events = [first, ...others];
  const tried: TriedNotification = {
    ...{ notification, event, application: told.application },
    ...{ pipelineName: told.pipeline, stageName: told.stage },
  };
  const preview = useNotificationPreview(tried);
  const test = useNotificationTest();
  return (
    <Dialog onClose={onClose} title="What it says" size="lg">
      <div className="gk-rows">
        {others.length > 0 ? (
          <Select
            label="When"
            data={events.map(({ value, label }) => ({ value, label }))}
            value={event}
            allowDeselect={false}
            onChange={(next) => {
              test.reset();
              setEvent(events.find(({ value }) => value === next)?.value ?? first.value);
            }}
          />
        ) : null}
        {preview.isPending ? (
          <Skeleton height={120} radius="md" role="status" aria-label="Writing it" />
        ) : preview.isError ? (
          <ErrorPanel title="It cannot be written" error={preview.error} />
        ) : (
          <>
            <Facts of={[['To', preview.data.address]]} />
            <div className="gk-group" role="region" aria-label="Message">
              <div className="notification-subject">{preview.data.message.subject}</div>
              <div className="notification-text">{preview.data.message.text}</div>
              {preview.data.message.link ? (
                <div className="gk-muted notification-text">{preview.data.message.link}</div>
              ) : null}
            </div>
            {preview.data.ready ? null : (
              <Note
                look="paused"
                title="It could not be sent"
                why={preview.data.reason?.summary}
                next={preview.data.reason?.next}
              />
            )}
            {preview.data.payload === undefined ? null : (
              <details>
                <summary>As the receiver gets it</summary>
                <JsonBlock value={preview.data.payload} label="Payload" />
              </details>
            )}
          </>
        )}
        {test.isError ? <ErrorPanel title="The test was not sent" error={test.error} /> : null}
        {test.data ? (
          <Note
            look={test.data.delivered ? 'succeeded' : 'failed'}
            title={test.data.delivered ? `The test was taken by ${test.data.address}` : 'The test was not taken'}
            why={test.data.reason?.summary}
            next={test.data.reason?.next}
          />
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button loading={test.isPending} disabled={preview.data?.ready !== true} onClick={() => test.mutate(tried)}>
            Send a test
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}
