import { ActionIcon, Button, Checkbox, Group } from '@mantine/core';
import { notificationUis } from '@gennaker/notifications/ui';
import { TextAreaField } from '@gennaker/ui/fields';
import { BellIcon, CloseIcon } from '@gennaker/ui/icons';
import { Note } from '@gennaker/ui/panels';
import { type JsonObject, object, strings, text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { merge } from '../editor/pipeline-operations.ts';
import { useNotificationTypes } from '../queries/notifications.ts';
import { AddMenu } from '../shell/add-menu.tsx';
import type { EventChoice } from './notification-events.ts';
import { NotificationPreview, type Told } from './notification-preview.tsx';

/** Who is told of what, and by what way: each notification with its type's own form, its events and its texts. */
export function NotificationsForm({
  notifications,
  told,
  events,
  title = 'Notifications',
  onChange,
}: {
  readonly notifications: readonly JsonObject[];
  readonly title?: string;
  /** What they tell of. */
  readonly told: Told;
  /** What of it may be told. */
  readonly events: readonly EventChoice[];
  readonly onChange: (notifications: JsonObject[], field?: string) => void;
}) {
  return (
    <>
      <div className="panel-list-head">
        <h3 className="gk-section-title">{title}</h3>
        <AddMenu
          label="Add notification"
          choices={notificationUis}
          onAdd={(ui) => onChange([...notifications, { ...ui.defaults(), type: ui.type, level: told.level, when: [] }])}
        />
      </div>
      {notifications.length === 0 ? <p className="gk-muted panel-none">Nobody is told.</p> : null}
      <div className="gk-rows">
        {notifications.map((notification, index) => (
          <NotificationItem
            key={index}
            notification={notification}
            number={index + 1}
            told={told}
            events={events}
            onChange={(patch) =>
              onChange(
                notifications.map((each, at) => (at === index ? merge({ ...each }, patch) : each)),
                `notification:${index}:${Object.keys(patch).join()}`,
              )
            }
            onRemove={() => onChange(notifications.filter((_, at) => at !== index))}
          />
        ))}
      </div>
    </>
  );
}

function NotificationItem({
  notification,
  number,
  told,
  events,
  onChange,
  onRemove,
}: {
  readonly notification: JsonObject;
  readonly number: number;
  readonly told: Told;
  readonly events: readonly EventChoice[];
  readonly onChange: (patch: JsonObject) => void;
  readonly onRemove: () => void;
}) {
  const type = text(notification['type']);
  const ui = notificationUis.find((each) => each.type === type);
  const Glyph = ui?.icon ?? BellIcon;
  const label = ui?.label ?? `Unknown type “${type}”`;
  const summary = ui?.summary(notification) ?? '';
  const when = strings(notification['when']);
  const messages = object(notification['message']);
  const [previewing, setPreviewing] = useState(false);
  const setUp = useNotificationTypes().data?.get(type);
  // What this page does not offer here may have been stored by another: it stays, and can be taken out.
  const offered = [
    ...events,
    ...when.filter((each) => !events.some(({ value }) => value === each)).map((value) => ({ value, label: value })),
  ];
  const [first, ...others] = events.filter(({ value }) => when.includes(value));
  const write = (event: string, words: string | undefined): void => {
    const next = merge({ ...messages }, { [event]: words && { ...object(messages[event]), text: words } });
    onChange({ message: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <div className="gk-group gk-rows" role="group" aria-label={`Notification ${number}: ${label}`}>
      <div className="panel-list-head" style={{ marginBottom: 0 }}>
        <h4 className="gk-section-title" style={{ margin: 0 }}>
          <Glyph size={15} aria-hidden />
          {label}
        </h4>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove notification ${number}: ${[label, summary].filter(Boolean).join(' ')}`}
          onClick={onRemove}
        >
          <CloseIcon size={15} />
        </ActionIcon>
      </div>
      {ui ? (
        <ui.Form notification={notification} onChange={onChange} />
      ) : (
        <p className="gk-muted panel-none">There is no such type here: it is kept as it is, and nobody is told.</p>
      )}
      {setUp?.ready === false ? (
        <Note look="paused" title="It is not set up" why={setUp.reason?.summary} next={setUp.reason?.next} />
      ) : null}
      <Checkbox.Group
        label="Tell when"
        value={when}
        error={when.length === 0 ? 'Choose at least one: otherwise it never tells anything' : null}
        onChange={(next) => onChange({ when: next })}
      >
        <Group mt={6} gap={14}>
          {offered.map((event) => (
            <Checkbox key={event.value} value={event.value} label={event.label} />
          ))}
        </Group>
      </Checkbox.Group>
      {offered
        .filter(({ value }) => when.includes(value))
        .map((event) => (
          <TextAreaField
            key={event.value}
            label={`Text when ${event.label.charAt(0).toLowerCase()}${event.label.slice(1)}`}
            placeholder="The usual one"
            rows={1}
            value={object(messages[event.value])['text']}
            onChange={(words) => write(event.value, words)}
          />
        ))}
      {ui && first ? (
        <div>
          <Button size="compact-sm" variant="default" onClick={() => setPreviewing(true)}>
            Preview and test
          </Button>
        </div>
      ) : null}
      {previewing && first ? (
        <NotificationPreview
          notification={notification}
          told={told}
          events={[first, ...others]}
          onClose={() => setPreviewing(false)}
        />
      ) : null}
    </div>
  );
}
