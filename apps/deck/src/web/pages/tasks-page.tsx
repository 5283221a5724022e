import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { PreconditionsIcon } from '@gennaker/ui/icons';
import { EmptyState } from '@gennaker/ui/panels';
import { Chip, StatusText, statusLook } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { ExecutionRow } from '../executions/execution-row.tsx';
import { ReadFailure } from '../infrastructure/read-failure.tsx';
import type { ListedTask, TaskFilter } from '../queries/tasks.ts';
import { fits, TASK_FILTERS, useLeftovers, useTasks } from '../queries/tasks.ts';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/applications/$application/tasks');

/** Tasks that are shown at first, and that each click shows more. */
const STEP = 50;
/** Most tasks that gate lists. */
const MOST = 1000;

const WORDS: Readonly<Record<TaskFilter, string>> = {
  running: 'Running',
  failed: 'Failed or canceled',
  left: 'Left something',
};

/** What was done by hand in an application, live: first the tasks that left something behind, then all, newest first. */
export function TasksPage() {
  const { application } = route.useParams();
  const { q = '', show, execution: open, stage } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/tasks' });
  const [limit, setLimit] = useState(STEP);
  const tasks = useTasks(application, show, limit);
  const left = useLeftovers(tasks.data ?? []);
  const onOpen = useCallback(
    (execution: string | undefined, at?: string) =>
      void navigate({
        search: (was) => ({ ...was, execution, stage: at === 'none' ? undefined : at }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const wanted = q.trim().toLowerCase();
  const found = (tasks.data ?? [])
    .filter(
      ({ id, name, status, execution }) =>
        fits(show, status) &&
        (show !== 'left' || left.has(id)) &&
        `${name} ${id} ${execution?.authentication?.user ?? ''}`.toLowerCase().includes(wanted),
    )
    .toSorted((a, b) => b.buildTime - a.buildTime);
  const parts = [
    { title: 'Left something behind', of: found.filter(({ id }) => left.has(id)) },
    { title: 'All others', of: found.filter(({ id }) => !left.has(id)) },
  ].filter(({ of }) => of.length > 0);
  return (
    <div className="page">
      <PageHead title="Tasks" wraps>
        <SegmentedControl
          size="sm"
          aria-label="Which tasks"
          value={show ?? 'all'}
          onChange={(value) =>
            void navigate({
              search: (was) => ({ ...was, show: TASK_FILTERS.find((each) => each === value) }),
              replace: true,
            })
          }
          data={[{ value: 'all', label: 'All' }, ...TASK_FILTERS.map((value) => ({ value, label: WORDS[value] }))]}
        />
        <PageFilter
          label="Filter tasks"
          width={210}
          value={q}
          onChange={(value) => void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })}
        />
      </PageHead>
      <ReadFailure things="tasks" list={tasks} />
      {tasks.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the tasks" />
      ) : tasks.data === undefined ? null : parts.length > 0 ? (
        parts.map(({ title, of }) => (
          <section key={title} className="pipeline" aria-label={title}>
            {parts.length > 1 || left.size > 0 ? (
              <div className="pipeline-head">
                <h2>{title}</h2>
              </div>
            ) : null}
            <div className="card">
              {of.map((task) =>
                task.execution ? (
                  <ExecutionRow
                    key={task.id}
                    execution={task.execution}
                    open={open === task.id ? (stage ?? 'none') : undefined}
                    onOpen={onOpen}
                    marks={left.has(task.id) ? LEFT : null}
                  />
                ) : (
                  <StoredChange key={task.id} task={task} />
                ),
              )}
            </div>
          </section>
        ))
      ) : wanted || show ? (
        <EmptyState
          icon={PreconditionsIcon}
          title="Nothing matches"
          actions={
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Show everything
            </Button>
          }
        >
          No task of the latest ones fits this filter.
        </EmptyState>
      ) : (
        <EmptyState icon={PreconditionsIcon} title="Nothing was done by hand yet">
          What people do to server groups, instances, load balancers, firewalls and images appears here, as it goes on
          and with what it left behind.
        </EmptyState>
      )}
      {limit < MOST && (tasks.data?.length ?? 0) >= limit ? (
        <Button
          mt={6}
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={tasks.isPlaceholderData}
          onClick={() => setLimit(limit + STEP)}
        >
          Show older
        </Button>
      ) : null}
    </div>
  );
}

const LEFT = <Chip look="failed">Left something behind</Chip>;

/** A task that changed what is stored: it has no stages. */
function StoredChange({ task: { name, status, buildTime, reason } }: { readonly task: ListedTask }) {
  return (
    <article className="execution" aria-label={name}>
      <div className="execution-row">
        <span />
        <div className="execution-what">
          <span className="execution-trigger">{name}</span>
          <div className="execution-who">
            <Ago at={buildTime} />
          </div>
        </div>
        <div className="execution-state">
          <StatusText look={statusLook(status)} />
        </div>
      </div>
      {reason ? <p className="execution-why">{reason.summary}</p> : null}
    </article>
  );
}
