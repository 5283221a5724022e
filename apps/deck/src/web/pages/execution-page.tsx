import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { ErrorPanel, JsonBlock } from '@gennaker/ui/panels';
import { Moment } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { CompareView } from '../executions/compare-view.tsx';
import { ExecutionGraph } from '../executions/execution-graph.tsx';
import { ExecutionHead } from '../executions/execution-head.tsx';
import { ExecutionInspector } from '../executions/execution-inspector.tsx';
import { Replay } from '../executions/replay.tsx';
import { StageBars } from '../executions/stage-bars.tsx';
import { StageTable } from '../executions/stage-table.tsx';
import { interestingStage, topLevelOf } from '../executions/stage-order.ts';
import { Waterfall } from '../executions/waterfall.tsx';
import { WhyPanel } from '../executions/why-panel.tsx';
import { useExecution } from '../queries/executions.ts';
import { useHistory, useStateAt } from '../queries/insight.ts';

const route = getRouteApi('/applications/$application/executions/details/$executionId');
const TABS = [
  { value: 'graph', label: 'Graph' },
  { value: 'waterfall', label: 'Waterfall' },
  { value: 'bars', label: 'Bars' },
  { value: 'table', label: 'Table' },
  { value: 'replay', label: 'Replay' },
  { value: 'compare', label: 'Compare' },
  { value: 'json', label: 'JSON' },
] as const;
/** Views in which the present is not what one looks at: why it is so is told in a sentence there. */
const BRIEF: ReadonlySet<string> = new Set(['replay', 'compare', 'json']);

/** One execution on a page of its own: why it is where it is, its stages in several views, and the details of a stage. */
export function ExecutionPage() {
  const { application, executionId } = route.useParams();
  const query = useExecution(executionId);
  if (query.isPending)
    return (
      <div className="page" aria-busy>
        <Skeleton height={26} width={280} mb={20} />
        <Skeleton height={300} radius="lg" />
      </div>
    );
  if (query.isError)
    return (
      <div className="page">
        <ErrorPanel
          title={`The execution ${executionId} could not be read`}
          error={query.error}
          action={
            <Button
              size="compact-sm"
              variant="default"
              renderRoot={(props) => (
                <Link to="/applications/$application/executions" params={{ application }} search={{}} {...props} />
              )}
            >
              Pipelines of {application}
            </Button>
          }
        />
      </div>
    );
  return <Page execution={query.data} />;
}

function Page({ execution }: { readonly execution: ExecutionView }) {
  const { tab = 'graph', stage: wanted, at: place, with: other } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/executions/details/$executionId' });
  const at = tab === 'replay' && place !== undefined && Number(place) > 0 ? Number(place) : undefined;
  const past = useStateAt(execution.id, at);
  const moment = useHistory(execution.id, at !== undefined).data?.findLast(({ sequence }) => sequence <= (at ?? 0))?.at;
  // What is shown: the execution as it is, or as it was at the event that replay stands on.
  const shown = at === undefined ? execution : (past.data ?? execution);
  const selected = (wanted ? topLevelOf(shown, wanted) : undefined) ?? interestingStage(shown);
  const change = (to: { tab?: string; stage?: string; at?: string | undefined; with?: string | undefined }): void =>
    void navigate({ search: (was) => ({ ...was, ...to }), replace: true, resetScroll: false });
  const select = (stage: string): void => change({ stage });
  return (
    <div className="page">
      <ExecutionHead execution={execution} />
      <WhyPanel execution={execution} onSelect={select} brief={BRIEF.has(tab)} />
      <SegmentedControl
        size="xs"
        mb={10}
        aria-label="View"
        value={tab}
        data={[...TABS]}
        onChange={(value) => change({ tab: value, at: undefined })}
      />
      {tab === 'json' ? (
        <JsonBlock value={execution} label="JSON of the execution" />
      ) : tab === 'compare' ? (
        <CompareView execution={execution} other={other} onOther={(id) => change({ with: id })} />
      ) : (
        <>
          {tab === 'replay' ? (
            <Replay
              execution={execution}
              at={at}
              onAt={(sequence) => change({ at: sequence === undefined ? undefined : String(sequence) })}
            />
          ) : null}
          {past.isError && at !== undefined ? (
            <ErrorPanel title={`How it was at event ${at} could not be read`} error={past.error} />
          ) : null}
          <Moment.Provider value={moment}>
            <StagesView execution={shown} tab={tab} selected={selected} onSelect={select} />
            <div className="execution-page-stage">
              <ExecutionInspector execution={shown} stage={selected} past={at !== undefined} explained />
            </div>
          </Moment.Provider>
        </>
      )}
    </div>
  );
}

function StagesView({
  execution,
  tab,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly tab: string;
  readonly selected: StageView | undefined;
  readonly onSelect: (id: string) => void;
}) {
  const table = (
    <div className="card">
      <StageTable execution={execution} selected={selected?.id} onSelect={onSelect} />
    </div>
  );
  if (tab === 'waterfall') return <Waterfall execution={execution} selected={selected?.id} onSelect={onSelect} />;
  if (tab === 'bars')
    return <StageBars execution={execution} selected={selected?.id} onSelect={(stage) => onSelect(stage.id)} />;
  if (tab === 'table') return table;
  return (
    <>
      <div className="card execution-page-graph">
        <ExecutionGraph
          execution={execution}
          selected={selected?.refId}
          onSelect={(ref) =>
            onSelect(execution.stages.find((each) => !each.parentStageId && each.refId === ref)?.id ?? '')
          }
        />
      </div>
      {tab === 'replay' ? table : null}
    </>
  );
}
