import { Button, Group, SegmentedControl, Select, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { VersionsIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { BlameTable } from '../history/blame-table.tsx';
import { ChangeList } from '../history/change-list.tsx';
import { VersionDifference } from '../history/version-difference.tsx';
import { usePipelineChanges, usePipelineVersions, useRestoreVersion } from '../queries/pipelines.ts';
import { Dialog } from '../shell/dialog.tsx';

const FROM = '/applications/$application/executions/configure/$pipelineId/history';
const route = getRouteApi(FROM);

/** A pipeline's versions: what each changed and who did it, how two differ, who wrote each part; any can be restored. */
export function PipelineHistoryPage() {
  const { application, pipelineId } = route.useParams();
  const { version, against, show } = route.useSearch();
  const navigate = useNavigate({ from: FROM });
  const changes = usePipelineChanges(pipelineId);
  const versions = usePipelineVersions(pipelineId);
  const name = [...(versions.data?.values() ?? [])][0]?.name ?? 'Pipeline';
  const view = show === 'authors' ? 'authors' : 'versions';
  return (
    <div className="page">
      <div className="page-head page-head-wraps">
        <Link
          className="editor-back plain"
          to="/applications/$application/executions/configure/$pipelineId"
          params={{ application, pipelineId }}
          search={{}}
        >
          {name}
        </Link>
        <span className="switch-slash" aria-hidden>
          /
        </span>
        <h1>Versions</h1>
        <div className="page-space" />
        <SegmentedControl
          size="sm"
          aria-label="What to show"
          data={[
            { value: 'versions', label: 'Versions' },
            { value: 'authors', label: 'Who wrote what' },
          ]}
          value={view}
          onChange={(next) =>
            void navigate({
              search: (was) => ({ ...was, show: next === 'authors' ? next : undefined }),
              replace: true,
            })
          }
        />
      </div>
      {view === 'authors' ? (
        <BlameTable pipeline={pipelineId} current={[...(versions.data?.values() ?? [])][0]} />
      ) : changes.isPending || versions.isPending ? (
        <Skeleton height={220} radius="lg" role="status" aria-label="Reading the versions" />
      ) : changes.isError || versions.isError ? (
        <ErrorPanel title="The versions could not be read" error={changes.error ?? versions.error} />
      ) : changes.data.length === 0 ? (
        <EmptyState icon={VersionsIcon} title="There are no versions">
          This pipeline was never saved here.
        </EmptyState>
      ) : (
        <Versions
          application={application}
          pipeline={pipelineId}
          changes={changes.data}
          documents={versions.data}
          chosen={number(version)}
          against={number(against)}
          onChoose={(next, other) =>
            void navigate({
              search: (was) => ({
                ...was,
                version: String(next),
                against: other === undefined ? other : String(other),
              }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      )}
    </div>
  );
}

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

function Versions({
  application,
  pipeline,
  changes,
  documents,
  chosen,
  against,
  onChoose,
}: {
  readonly application: string;
  readonly pipeline: string;
  readonly changes: NonNullable<ReturnType<typeof usePipelineChanges>['data']>;
  readonly documents: NonNullable<ReturnType<typeof usePipelineVersions>['data']>;
  readonly chosen: number | undefined;
  readonly against: number | undefined;
  readonly onChoose: (version: number, against?: number) => void;
}) {
  const [restoring, setRestoring] = useState<number>();
  const newest = changes[0];
  const saved = changes.filter(({ deleted }) => !deleted);
  const shown = saved.find(({ version }) => version === chosen) ?? saved[0];
  // Saves are compared with the one before; a deletion between them has no document.
  const other = against ?? saved.find(({ version }) => shown && version < shown.version)?.version;
  return (
    <div className="versions">
      <ol className="versions-list card" aria-label="Versions, newest first">
        {changes.map((each) => (
          <li key={each.version} data-selected={each.version === shown?.version}>
            <div className="versions-head">
              {each.deleted ? (
                <span>Version {each.version}</span>
              ) : (
                <button
                  type="button"
                  className="link"
                  aria-pressed={each.version === shown?.version}
                  onClick={() => onChoose(each.version)}
                >
                  Version {each.version}
                </button>
              )}
              {each.version === newest?.version && !each.deleted ? <Chip look="running">Now</Chip> : null}
              {each.deleted ? <Chip look="failed">Deleted</Chip> : null}
              <span className="page-space" />
              {each.version !== newest?.version && !each.deleted ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Restore version ${each.version}`}
                  onClick={() => setRestoring(each.version)}
                >
                  Restore
                </Button>
              ) : null}
            </div>
            <div className="gk-muted">
              {each.lastModifiedBy || 'Somebody'} · <Ago at={Number(each.updateTs)} />
            </div>
            {each.changes.length > 0 ? <ChangeList changes={each.changes} /> : null}
          </li>
        ))}
      </ol>
      {shown ? (
        <section aria-label="Difference" className="versions-difference">
          <Group gap="xs" mb="sm">
            <h2>Version {shown.version}</h2>
            <Select
              size="xs"
              w={210}
              aria-label="Compared with"
              placeholder="Nothing came before"
              data={saved
                .filter(({ version }) => version !== shown.version)
                .map(({ version }) => ({ value: String(version), label: `against version ${version}` }))}
              value={other === undefined ? null : String(other)}
              onChange={(value) => value && onChoose(shown.version, Number(value))}
            />
          </Group>
          {other === undefined ? (
            <p className="gk-muted">The first version; nothing came before it.</p>
          ) : (
            <VersionDifference pipeline={pipeline} from={other} to={shown.version} documents={documents} />
          )}
        </section>
      ) : null}
      {restoring === undefined ? null : (
        <RestoreDialog
          application={application}
          pipeline={pipeline}
          version={restoring}
          onClose={() => setRestoring(undefined)}
        />
      )}
    </div>
  );
}

function RestoreDialog({
  application,
  pipeline,
  version,
  onClose,
}: {
  readonly application: string;
  readonly pipeline: string;
  readonly version: number;
  readonly onClose: () => void;
}) {
  const restore = useRestoreVersion(application, pipeline);
  return (
    <Dialog onClose={onClose} title={`Restore version ${version}?`}>
      <p className="dialog-text">
        It is saved again as the newest version. The versions after it stay in this list, so that this can be taken back
        in the same way.
      </p>
      {restore.isError ? <ErrorPanel title="The version was not restored" error={restore.error} /> : null}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Leave it as it is
        </Button>
        <Button
          loading={restore.isPending}
          onClick={() =>
            restore.mutate(version, {
              onSuccess: () => {
                notifications.show({ message: `Version ${version} is the newest one again.` });
                onClose();
              },
            })
          }
        >
          Restore version {version}
        </Button>
      </Group>
    </Dialog>
  );
}
