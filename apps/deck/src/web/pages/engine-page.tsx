import { Button, Group, Skeleton, Textarea } from '@mantine/core';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { useState } from 'react';
import { EngineTiles } from '../admin/engine-tiles.tsx';
import { Retention } from '../admin/retention.tsx';
import { SetAsideList } from '../admin/set-aside-list.tsx';
import { Workers } from '../admin/workers.tsx';
import { useEngineDeed, useEngineHealth } from '../queries/engine.ts';
import { AdminOnly } from '../shell/admin-only.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { PageHead } from '../shell/page-head.tsx';

/** The engine's health and the levers of its administrators. */
export function EnginePage() {
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <AdminOnly>
        <Engine />
      </AdminOnly>
    </main>
  );
}

function Engine() {
  const health = useEngineHealth(true);
  const deed = useEngineDeed();
  const [pausing, setPausing] = useState(false);
  if (health.isPending)
    return <Skeleton height={240} radius="lg" role="status" aria-label="Reading the engine's health" />;
  if (health.isError)
    return (
      <ErrorPanel
        title="The engine's health could not be read"
        error={health.error}
        action={
          <Button size="compact-sm" variant="default" onClick={() => void health.refetch()}>
            Try again
          </Button>
        }
      />
    );
  const { pausedAll, workers } = health.data;
  return (
    <>
      <PageHead title="Engine">
        {pausedAll ? (
          <Button loading={deed.isPending} onClick={() => deed.mutate({ deed: 'resumeAll' })}>
            Resume all
          </Button>
        ) : (
          <Button variant="default" onClick={() => setPausing(true)}>
            Pause all
          </Button>
        )}
      </PageHead>
      {pausedAll ? (
        <Note
          look="paused"
          title={`Everything is paused by ${pausedAll.by} since ${new Date(pausedAll.at).toLocaleString()}`}
          why={pausedAll.reason}
          next="Resume all lets executions go on where they are."
        />
      ) : null}
      {deed.isError ? <ErrorPanel title="It was not done" error={deed.error} /> : null}
      <EngineTiles health={health.data} />
      <Workers workers={workers} busy={deed.isPending} onDeed={(what) => deed.mutate(what)} />
      <SetAsideList onRedrive={(id) => deed.mutate({ deed: 'redrive', id })} busy={deed.isPending} />
      <Retention />
      {pausing ? (
        <PauseAllDialog
          onClose={() => setPausing(false)}
          onPause={(reason) => deed.mutate({ deed: 'pauseAll', reason }, { onSettled: () => setPausing(false) })}
          busy={deed.isPending}
        />
      ) : null}
    </>
  );
}

function PauseAllDialog({
  onClose,
  onPause,
  busy,
}: {
  readonly onClose: () => void;
  readonly onPause: (reason: string) => void;
  readonly busy: boolean;
}) {
  const [reason, setReason] = useState('');
  return (
    <Dialog onClose={onClose} title="Pause every execution?">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onPause(reason.trim());
        }}
      >
        <p className="dialog-text">
          Nothing new begins in any application; what runs comes to rest at its next step. Resuming lets all go on.
        </p>
        <Textarea
          label="Reason"
          description="Everybody who waits sees it"
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={onClose}>
            Leave them running
          </Button>
          <Button type="submit" color="red" loading={busy}>
            Pause all
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
