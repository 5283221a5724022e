import { Button, Group, Skeleton } from '@mantine/core';
import { ErrorPanel } from '@gennaker/ui/panels';
import { type JsonObject, strings, text } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import {
  type SettingsOf,
  useNotificationSettings,
  useSaveNotificationSettings,
} from '../queries/notification-settings.ts';
import { PIPELINE_EVENTS } from './notification-events.ts';
import { NotificationsForm } from './notifications-form.tsx';

/** Notifications of all pipelines of an application, or of all applications, to be changed and saved as a whole. */
export function NotificationSettingsForm({ of }: { readonly of: SettingsOf }) {
  const settings = useNotificationSettings(of);
  if (settings.isPending) return <Skeleton height={80} radius="md" role="status" aria-label="Reading notifications" />;
  if (settings.isLoadingError) return <ErrorPanel title="The notifications could not be read" error={settings.error} />;
  return <Loaded of={of} stored={settings.data} />;
}

function Loaded({ of, stored }: { readonly of: SettingsOf; readonly stored: readonly JsonObject[] }) {
  const [edited, setEdited] = useState<readonly JsonObject[]>();
  const save = useSaveNotificationSettings(of);
  const shown = edited ?? stored;
  const unfinished = shown.some((each) => text(each['type']) === '' || strings(each['when']).length === 0);
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(shown, { onSuccess: () => setEdited(undefined) });
      }}
    >
      <div>
        <NotificationsForm
          notifications={shown}
          told={{ level: 'application', application: of }}
          events={PIPELINE_EVENTS}
          title="Who is told"
          onChange={(next) => setEdited(next)}
        />
      </div>
      {save.isError ? <ErrorPanel title="The notifications were not saved" error={save.error} /> : null}
      <Group gap="xs">
        <Button type="submit" loading={save.isPending} disabled={edited === undefined || unfinished}>
          Save notifications
        </Button>
        <span className="gk-muted" role="status">
          {edited ? 'Not saved yet' : save.isSuccess ? 'Saved' : ''}
        </span>
      </Group>
    </form>
  );
}
