import { ActionIcon, Button, SegmentedControl, Skeleton, Tooltip } from '@mantine/core';
import { isComplete } from '@gennaker/contracts/status';
import { EditIcon, StopIcon } from '@gennaker/ui/icons';
import { CopyText, ErrorPanel, JsonBlock } from '@gennaker/ui/panels';
import { executionLook, StatusText } from '@gennaker/ui/status';
import { Ago, Elapsed } from '@gennaker/ui/time';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CancelDialog } from '../executions/cancel-dialog.tsx';
import { ExecutionGraph } from '../executions/execution-graph.tsx';
import { ExecutionInspector } from '../executions/execution-inspector.tsx';
import { StageBars } from '../executions/stage-bars.tsx';
import { StageTable } from '../executions/stage-table.tsx';
import { interestingStage, topLevelOf } from '../executions/stage-order.ts';
import { startedBy, triggerSentence } from '../executions/trigger-sentence.ts';
import { useExecution } from '../queries/executions.ts';

const route = getRouteApi('/applications/$application/executions/details/$executionId');
const TABS = [
  { value: 'graph', label: 'Graph' },
  { value: 'bars', label: 'Bars' },
  { value: 'table', label: 'Table' },
  { value: 'json', label: 'JSON' },
] as const;

/** One execution on a page of its own: graph, bars, table or JSON, and the details of a stage. */
export function ExecutionPage() {
  const { application, executionId } = route.useParams();
  const { tab = 'graph', stage: wanted } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/executions/details/$executionId' });
  const query = useExecution(executionId);
  const [cancelling, setCancelling] = useState(false);
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
  const execution = query.data;
  const selected = (wanted ? topLevelOf(execution, wanted) : undefined) ?? interestingStage(execution);
  const select = (id: string): void =>
    void navigate({ search: (was) => ({ ...was, stage: id }), replace: true, resetScroll: false });
  return (
    <div className="page">
      <div className="execution-page-head">
        <h1>{execution.name}</h1>
        <StatusText look={executionLook(execution)} />
        <span className="gk-muted">
          <Elapsed from={execution.startTime} to={execution.endTime} />
        </span>
        <div style={{ flex: 1 }} />
        {execution.pipelineConfigId ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<EditIcon size={14} />}
            renderRoot={(props) => (
              <Link
                to="/applications/$application/executions/configure/$pipelineId"
                params={{ application, pipelineId: execution.pipelineConfigId ?? '' }}
                search={{}}
                {...props}
              />
            )}
          >
            Configure
          </Button>
        ) : null}
        {isComplete(execution.status) ? null : (
          <Tooltip label="Cancel">
            <ActionIcon variant="default" aria-label="Cancel" onClick={() => setCancelling(true)}>
              <StopIcon size={14} />
            </ActionIcon>
          </Tooltip>
        )}
        <div className="execution-page-facts">
          <span>{triggerSentence(execution)}</span>
          <span>by {startedBy(execution)}</span>
          <span>
            <Ago at={execution.startTime ?? execution.buildTime} />
          </span>
          <span className="gk-mono" style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
            {execution.id}
            <CopyText text={execution.id} label="Copy the id" />
          </span>
        </div>
      </div>
      <SegmentedControl
        size="xs"
        mb={10}
        aria-label="View"
        value={tab}
        data={[...TABS]}
        onChange={(value) =>
          void navigate({
            search: (was) => ({ ...was, tab: value === 'graph' ? undefined : value }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      {tab === 'json' ? (
        <JsonBlock value={execution} label="JSON of the execution" />
      ) : (
        <>
          {tab === 'bars' ? (
            <StageBars execution={execution} selected={selected?.id} onSelect={(stage) => select(stage.id)} />
          ) : tab === 'table' ? (
            <div className="card">
              <StageTable execution={execution} selected={selected?.id} onSelect={select} />
            </div>
          ) : (
            <div className="card execution-page-graph">
              <ExecutionGraph
                execution={execution}
                selected={selected?.refId}
                onSelect={(ref) =>
                  select(execution.stages.find((each) => !each.parentStageId && each.refId === ref)?.id ?? '')
                }
              />
            </div>
          )}
          <div className="execution-page-stage">
            <ExecutionInspector execution={execution} stage={selected} />
          </div>
        </>
      )}
      <CancelDialog execution={execution} opened={cancelling} onClose={() => setCancelling(false)} />
    </div>
  );
}
