import { Button, Select, Skeleton } from '@mantine/core';
import type { BuildInfo } from '@gennaker/contracts/igor';
import { jobName } from '@gennaker/contracts/jenkins-job';
import { JenkinsIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { Ago, formatDuration } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { BuildPane, BuildState } from '../builds/build-pane.tsx';
import { builtAt } from '../builds/build-words.ts';
import { Opener, useListKeys } from '../infrastructure/opener.tsx';
import { useBuilds } from '../queries/builds.ts';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/builds');

/** Builds of a job at a Jenkins, with artifacts and console. One opens beside the list. */
export function BuildsPage() {
  useListKeys();
  const { master: wanted, job: asked = '', number: open } = route.useSearch();
  const job = jobName(asked);
  const navigate = useNavigate({ from: '/builds' });
  const live = useLiveData();
  const masters = live.useMasters();
  const [only] = masters.options;
  const master = wanted ?? (masters.options.length === 1 ? (only?.value ?? '') : '');
  const jobs = live.useJobs(master || undefined);
  const builds = useBuilds(master, job);
  const show = (number: number | undefined): void =>
    void navigate({ search: { master, job, number }, replace: true, resetScroll: false });
  return (
    <main id="main" className="with-pane with-wide-pane" data-pane={open !== undefined && job !== ''} tabIndex={-1}>
      <div className="page">
        <PageHead title="Builds" wraps>
          <Select
            size="sm"
            w={190}
            aria-label="Jenkins"
            placeholder="Jenkins"
            data={[...new Set([...masters.options.map(({ value }) => value), ...(master ? [master] : [])])]}
            value={master || null}
            onChange={(next) => void navigate({ search: { master: next ?? undefined } })}
          />
          <Select
            size="sm"
            w={280}
            aria-label="Job"
            placeholder={jobs.loading ? 'Loading…' : 'Job'}
            searchable
            nothingFoundMessage={jobs.note ?? 'No such job'}
            data={[...new Set([...jobs.options.map(({ value }) => value), ...(job ? [job] : [])])]}
            value={job || null}
            onChange={(next) => void navigate({ search: { master, job: next ?? undefined } })}
          />
        </PageHead>
        {masters.note ? (
          <EmptyState icon={JenkinsIcon} title="There is no Jenkins to look at">
            {masters.note}
          </EmptyState>
        ) : master === '' || job === '' ? (
          <EmptyState icon={JenkinsIcon} title={master === '' ? 'Choose a Jenkins' : 'Choose a job'}>
            {jobs.note ?? 'Its builds are shown here, with what each made and what it writes while it runs.'}
          </EmptyState>
        ) : builds.isPending ? (
          <Skeleton height={200} radius="lg" role="status" aria-label="Reading the builds" />
        ) : builds.isError ? (
          <ErrorPanel
            title={`The builds of ${job} could not be read`}
            error={builds.error}
            action={
              <Button size="compact-sm" variant="default" onClick={() => void builds.refetch()}>
                Try again
              </Button>
            }
          />
        ) : builds.data.length === 0 ? (
          <EmptyState icon={JenkinsIcon} title={`${job} has no build yet`}>
            A build appears here as soon as it starts.
          </EmptyState>
        ) : (
          <BuildTable builds={builds.data} open={open} onOpen={show} />
        )}
      </div>
      {open !== undefined && job !== '' ? (
        <BuildPane
          key={`${master}/${job}/${open}`}
          place={{ master, job, number: open }}
          onClose={() => show(undefined)}
        />
      ) : null}
    </main>
  );
}

function BuildTable({
  builds,
  open,
  onOpen,
}: {
  readonly builds: readonly BuildInfo[];
  readonly open: number | undefined;
  readonly onOpen: (number: number) => void;
}) {
  return (
    <div className="card">
      <table className="table table-rows">
        <TableHead columns={['Build', 'Result', 'Commit', 'Artifacts', 'Took', 'Started']} />
        <tbody>
          {builds.map((build) => {
            const at = builtAt(build);
            const took = Number(build['duration']);
            const [commit] = list(build.scm).map(object);
            return (
              <tr key={build.number} data-selected={open === build.number}>
                <td>
                  <Opener name={`#${build.number}`} open={open === build.number} onOpen={() => onOpen(build.number)} />
                </td>
                <td>
                  <BuildState build={build} />
                </td>
                <td className="gk-mono">{text(commit?.['sha1']).slice(0, 7)}</td>
                <td className="gk-num">{build.artifacts.length || ''}</td>
                <td className="gk-num">{!build.building && took > 0 ? formatDuration(took) : ''}</td>
                <td className="gk-muted no-wrap">{at === undefined ? '' : <Ago at={at} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
