import { Button, Group, Skeleton } from '@mantine/core';
import type { Pipeline, StoredPipeline } from '@gennaker/contracts/front50';
import { Ago } from '@gennaker/ui/time';
import { lazy, Suspense } from 'react';
import { Dialog } from '../shell/dialog.tsx';

const JsonDiff = lazy(() => import('./json-editor.tsx').then(({ JsonDiff: Component }) => ({ default: Component })));

interface ConflictProps {
  readonly mine: Pipeline;
  readonly stored: StoredPipeline;
  readonly saving: boolean;
  readonly onReload: () => void;
  readonly onOverwrite: () => void;
  readonly onClose: () => void;
}

/** Keys that differ by nature and would only distract. */
function comparable(pipeline: Pipeline): string {
  const { updateTs: _at, lastModifiedBy: _by, ...rest } = pipeline;
  return JSON.stringify(rest, null, 2);
}

/** Somebody else saved meanwhile: who, when, what differs; take theirs or keep mine. */
export function ConflictDialog({ mine, stored, saving, onReload, onOverwrite, onClose }: ConflictProps) {
  return (
    <Dialog onClose={onClose} size="min(1180px, 94vw)" title="Somebody else saved this pipeline">
      <p className="dialog-text">
        {stored.lastModifiedBy || 'Somebody'} saved version {stored.version} <Ago at={Number(stored.updateTs)} />, after
        you opened it. Nothing of yours is lost yet.
      </p>
      <div className="diff-titles">
        <span>Stored now</span>
        <span>Yours</span>
      </div>
      <Suspense fallback={<Skeleton height={360} />}>
        <JsonDiff before={comparable(stored.pipeline)} after={comparable(mine)} />
      </Suspense>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          Go on editing
        </Button>
        <Button variant="default" onClick={onReload}>
          Drop mine, load theirs
        </Button>
        <Button color="red" loading={saving} onClick={onOverwrite}>
          Overwrite with mine
        </Button>
      </Group>
    </Dialog>
  );
}
