import { Button, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { DeletedDocument } from '@gennaker/contracts/document-history';
import { DestroyIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useDeleted, useRestoreDeleted } from '../queries/recycle-bin.ts';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/deleted');

const WORDS: Readonly<Record<DeletedDocument['kind'], string>> = {
  application: 'Application',
  pipeline: 'Pipeline',
  strategy: 'Strategy',
  project: 'Project',
  template: 'Template',
};

/** What was deleted: by whom, when, and the way back. */
export function DeletedPage() {
  const { q = '', application } = route.useSearch();
  const navigate = useNavigate({ from: '/deleted' });
  const deleted = useDeleted(application);
  const restore = useRestoreDeleted();
  const wanted = q.trim().toLowerCase();
  const shown = (deleted.data ?? []).filter((each) =>
    [each.name, each.application, each.deletedBy, each.kind].some((value) => value?.toLowerCase().includes(wanted)),
  );
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <PageHead title={application ? `Deleted things of ${application}` : 'Deleted things'} wraps>
        {application ? (
          <Button
            size="compact-md"
            variant="default"
            onClick={() => void navigate({ search: (was) => ({ ...was, application: undefined }) })}
          >
            Show those of all applications
          </Button>
        ) : null}
        <PageFilter
          label="Filter deleted things"
          value={q}
          onChange={(next) => void navigate({ search: (was) => ({ ...was, q: next || undefined }), replace: true })}
        />
      </PageHead>
      {restore.isError ? (
        <ErrorPanel title={`“${restore.variables.name}” was not restored`} error={restore.error} />
      ) : null}
      {deleted.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading what was deleted" />
      ) : deleted.isError ? (
        <ErrorPanel title="What was deleted could not be read" error={deleted.error} />
      ) : shown.length === 0 ? (
        <EmptyState icon={DestroyIcon} title={wanted === '' ? 'Nothing is deleted' : `Nothing matches “${q}”`}>
          Applications, pipelines, strategies, projects and templates that somebody deletes wait here, and come back as
          they were.
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table">
            <TableHead actions columns={['What', 'Name', 'Deleted by', 'When']} />
            <tbody>
              {shown.map((each) => (
                <tr key={`${each.kind}/${each.id}`}>
                  <td className="gk-muted">{WORDS[each.kind]}</td>
                  <td>
                    <div className="app-name">{each.name}</div>
                    {each.application && each.kind !== 'application' ? (
                      <div className="app-about">{each.application}</div>
                    ) : null}
                  </td>
                  <td>{each.deletedBy || 'Somebody'}</td>
                  <td className="gk-muted">
                    <Ago at={Number(each.deletedTs)} />
                  </td>
                  <td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`Restore ${each.kind} ${each.name}`}
                      loading={restore.isPending && restore.variables.id === each.id}
                      disabled={restore.isPending}
                      onClick={() =>
                        restore.mutate(each, {
                          onSuccess: () =>
                            notifications.show({
                              message:
                                each.kind === 'application'
                                  ? `${each.name} is back. Its pipelines are restored one by one.`
                                  : `${each.name} is back.`,
                            }),
                        })
                      }
                    >
                      Restore
                    </Button>
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
