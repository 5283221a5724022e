import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import { isComplete, STATUS_FACTS } from '@gennaker/contracts/status';
import { EditIcon, PipelineIcon, PlayIcon, PlusIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { triggerUis } from '@gennaker/triggers/ui';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { CreatePipelineDialog } from '../editor/create-pipeline-dialog.tsx';
import { ExecutionRow } from '../executions/execution-row.tsx';
import { ExecutionSearch } from '../executions/execution-search.tsx';
import { FoundExecutions } from '../executions/found-executions.tsx';
import { StartDialog } from '../executions/start-dialog.tsx';
import { triggerSentence } from '../executions/trigger-sentence.ts';
import { pendingJudgments, useExecutions } from '../queries/executions.ts';
import { isSearch, type SearchCriteria } from '../queries/execution-search.ts';
import { usePipelines } from '../queries/pipelines.ts';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/applications/$application/executions');

const FILTERS: Readonly<Record<string, (execution: ExecutionView) => boolean>> = {
  all: () => true,
  running: (execution) => !isComplete(execution.status),
  waiting: (execution) => pendingJudgments([execution]).length > 0,
  failed: (execution) => STATUS_FACTS[execution.status].failure,
};

/** An application's pipelines, each with its latest executions, live. */
export function ExecutionsPage() {
  const { application } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/executions' });
  const pipelines = usePipelines(application);
  const executions = useExecutions(application);
  const [creating, setCreating] = useState(false);
  const { q = '', status = 'all', execution: open, stage } = search;
  const { user, parameter, trigger, artifact, commit, from, to } = search;
  const criteria: SearchCriteria = { user, parameter, trigger, artifact, commit, from, to };

  const onOpen = useCallback(
    (execution: string | undefined, at?: string) =>
      void navigate({
        search: (was) => ({ ...was, execution, stage: at === 'none' ? undefined : at }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const start = search.start ? pipelines.data?.find(({ name }) => name === search.start) : undefined;
  const setStart = (name: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, start: name }), replace: true, resetScroll: false });

  const wanted = q.trim().toLowerCase();
  const passes = FILTERS[status] ?? FILTERS['all'];
  const found = (executions.data ?? []).filter(
    (execution) =>
      passes?.(execution) &&
      `${execution.name} ${triggerSentence(execution)} ${execution.id}`.toLowerCase().includes(wanted),
  );
  const groups = groupByPipeline(pipelines.data ?? [], found, wanted !== '' || status !== 'all');
  const loading = pipelines.isPending || executions.isPending;
  const failed = pipelines.error ?? executions.error;
  return (
    <div className="page">
      <PageHead title="Pipelines">
        <SegmentedControl
          size="sm"
          aria-label="Which executions"
          value={status}
          onChange={(value) =>
            void navigate({ search: (was) => ({ ...was, status: value === 'all' ? undefined : value }), replace: true })
          }
          data={[
            { value: 'all', label: 'All' },
            { value: 'running', label: 'Running' },
            { value: 'waiting', label: 'Needs approval' },
            { value: 'failed', label: 'Failed' },
          ]}
        />
        <PageFilter
          label="Filter pipelines"
          width={210}
          value={q}
          onChange={(value) => void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })}
        />
        <ExecutionSearch
          criteria={criteria}
          onSearch={(wanted) => void navigate({ search: (was) => ({ q: was.q, status: was.status, ...wanted }) })}
        />
        <Button leftSection={<PlusIcon size={16} />} onClick={() => setCreating(true)}>
          Create pipeline
        </Button>
      </PageHead>
      {isSearch(criteria) ? (
        <FoundExecutions application={application} criteria={criteria} open={open} stage={stage} onOpen={onOpen} />
      ) : loading ? (
        <ExecutionsSkeleton />
      ) : failed ? (
        <ErrorPanel
          title="The pipelines could not be read"
          error={failed}
          action={
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void Promise.all([pipelines.refetch(), executions.refetch()])}
            >
              Try again
            </Button>
          }
        />
      ) : groups.length === 0 && wanted === '' && status === 'all' ? (
        <EmptyState
          icon={PipelineIcon}
          title="No pipeline yet"
          actions={<Button onClick={() => setCreating(true)}>Create pipeline</Button>}
        >
          A pipeline bakes an image, deploys it beside the old version, tests it, asks for approval and switches traffic
          over. You build it from forms; its JSON is one click away.
        </EmptyState>
      ) : groups.length === 0 ? (
        <EmptyState
          icon={PipelineIcon}
          title="Nothing matches"
          actions={
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Show everything
            </Button>
          }
        >
          No execution of the latest ones fits this filter.
        </EmptyState>
      ) : (
        groups.map((group) => (
          <PipelineGroup
            key={group.key}
            application={application}
            group={group}
            open={open}
            stage={stage}
            onOpen={onOpen}
            onStart={() => setStart(group.pipeline?.name)}
          />
        ))
      )}
      <CreatePipelineDialog
        application={application}
        opened={creating}
        onClose={() => setCreating(false)}
        taken={(pipelines.data ?? []).map(({ name }) => name)}
      />
      {start ? (
        <StartDialog
          pipeline={start}
          running={
            (executions.data ?? []).filter((each) => each.pipelineConfigId === start.id && !isComplete(each.status))
              .length
          }
          onClose={() => setStart(undefined)}
        />
      ) : null}
    </div>
  );
}

interface Group {
  readonly key: string;
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
  readonly executions: readonly ExecutionView[];
}

/** Pipelines in their order, each with its executions; then executions of pipelines that are gone. */
function groupByPipeline(
  pipelines: readonly Pipeline[],
  executions: readonly ExecutionView[],
  filtered: boolean,
): Group[] {
  const belongs = (pipeline: Pipeline, execution: ExecutionView): boolean =>
    execution.pipelineConfigId ? execution.pipelineConfigId === pipeline.id : execution.name === pipeline.name;
  const groups: Group[] = pipelines.map((pipeline) => ({
    key: pipeline.id ?? pipeline.name,
    name: pipeline.name,
    pipeline,
    executions: executions.filter((execution) => belongs(pipeline, execution)),
  }));
  const orphans = Map.groupBy(
    executions.filter((execution) => !pipelines.some((pipeline) => belongs(pipeline, execution))),
    ({ name }) => name,
  );
  for (const [name, list] of orphans) groups.push({ key: `gone:${name}`, name, pipeline: undefined, executions: list });
  return filtered ? groups.filter((group) => group.executions.length > 0) : groups;
}

function PipelineGroup({
  application,
  group,
  open,
  stage,
  onOpen,
  onStart,
}: {
  readonly application: string;
  readonly group: Group;
  readonly open: string | undefined;
  readonly stage: string | undefined;
  readonly onOpen: (execution: string | undefined, stage?: string) => void;
  readonly onStart: () => void;
}) {
  const [all, setAll] = useState(false);
  const { pipeline, executions, name } = group;
  const live = executions.filter((execution) => !isComplete(execution.status));
  const queued = live.filter(({ status }) => status === 'NOT_STARTED').length;
  const running = live.length - queued;
  const shown = all ? executions : executions.slice(0, Math.max(5, live.length));
  return (
    <section className="pipeline" aria-label={`Pipeline ${name}`}>
      <div className="pipeline-head">
        <h2>{name}</h2>
        {running > 0 ? <Chip look="running">{running} running</Chip> : null}
        {queued > 0 ? <Chip look="system">{queued} waiting</Chip> : null}
        {pipeline?.disabled ? <Chip look="paused">Disabled</Chip> : null}
        {pipeline ? (
          <span className="pipeline-triggers">{triggersOf(pipeline)}</span>
        ) : (
          <Chip look="canceled">Deleted</Chip>
        )}
        <div className="page-space" />
        {pipeline?.id ? (
          <>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<EditIcon size={14} />}
              renderRoot={(props) => (
                <Link
                  to="/applications/$application/executions/configure/$pipelineId"
                  params={{ application, pipelineId: pipeline.id ?? '' }}
                  search={{}}
                  {...props}
                />
              )}
            >
              Configure
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<PlayIcon size={14} />}
              disabled={pipeline.disabled === true}
              onClick={onStart}
              aria-label={`Start ${name}`}
            >
              Start
            </Button>
          </>
        ) : null}
      </div>
      <div className="card">
        {shown.length === 0 ? (
          <div className="pipeline-none">It has not run yet. Start it by hand, or let its trigger do it.</div>
        ) : (
          shown.map((execution) => (
            <ExecutionRow
              key={execution.id}
              execution={execution}
              open={open === execution.id ? (stage ?? 'none') : undefined}
              onOpen={onOpen}
            />
          ))
        )}
      </div>
      {executions.length > shown.length ? (
        <Button mt={6} size="compact-sm" variant="subtle" color="gray" onClick={() => setAll(true)}>
          Show {executions.length - shown.length} older
        </Button>
      ) : null}
    </section>
  );
}

/** What starts a pipeline, in words. */
function triggersOf(pipeline: Pipeline): string {
  const live = (pipeline.triggers ?? []).filter((trigger) => trigger.enabled !== false);
  if (live.length === 0) return 'Started by hand only';
  return live
    .map((trigger) => {
      const ui = triggerUis.find(({ type }) => type === trigger.type);
      return ui ? `${ui.label}: ${ui.summary(trigger)}` : trigger.type;
    })
    .join(' · ');
}

function ExecutionsSkeleton() {
  return (
    <div aria-busy aria-label="Reading the pipelines">
      {[0, 1].map((group) => (
        <div key={group} className="pipeline">
          <div className="pipeline-head">
            <Skeleton height={16} width={180} />
          </div>
          <div className="card" style={{ padding: 16, display: 'grid', gap: 18 }}>
            {[0, 1, 2].map((row) => (
              <div key={row} style={{ display: 'grid', gridTemplateColumns: '180px 1fr 140px', gap: 16 }}>
                <Skeleton height={28} />
                <Skeleton height={28} />
                <Skeleton height={28} />
              </div>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
