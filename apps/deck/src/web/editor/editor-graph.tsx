import { Skeleton } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { stageUis } from '@gennaker/stages/ui';
import { triggerUis } from '@gennaker/triggers/ui';
import { HookIcon, PipelineIcon } from '@gennaker/ui/icons';
import { lazy, Suspense } from 'react';
import { usePreconfigured } from '../queries/insight.ts';
import { canConnect, connect, disconnect, removeStage, stagesOf } from './pipeline-operations.ts';
import type { Problem } from './problems.ts';
import { CONFIGURATION } from './problems.ts';

const GraphView = lazy(() =>
  import('../graph/graph-view.tsx').then(({ GraphView: Component }) => ({ default: Component })),
);

interface EditorGraphProps {
  readonly pipeline: Pipeline;
  readonly problems: readonly Problem[];
  readonly selected: string;
  readonly onEdit: (pipeline: Pipeline) => void;
  readonly onSelect: (node: string | undefined) => void;
  readonly onAddAfter: (after: string | undefined) => void;
}

/** The pipeline's graph under edit; its first node is the configuration, from which every first stage comes. */
export function EditorGraph({ pipeline, problems, selected, onEdit, onSelect, onAddAfter }: EditorGraphProps) {
  const stages = stagesOf(pipeline);
  const operators = usePreconfigured().data ?? [];
  const problemOf = (node: string): string | undefined => problems.find((problem) => problem.node === node)?.message;
  const triggers = (pipeline.triggers ?? []).map(
    (trigger) => triggerUis.find(({ type }) => type === trigger.type)?.label ?? trigger.type,
  );
  const nodes = [
    {
      id: CONFIGURATION,
      label: 'Configuration',
      sub: triggers.length > 0 ? [...new Set(triggers)].join(', ') : 'Started by hand',
      icon: PipelineIcon,
      problem: problemOf(CONFIGURATION),
      fixed: true,
    },
    ...stages.map((stage) => {
      const ui = stageUis.find(({ type }) => type === stage.type);
      const operator = operators.find(({ type }) => type === stage.type);
      return {
        id: stage.refId,
        label: stage.name || 'Unnamed stage',
        sub: ui ? ui.summary(stage) || ui.label : (operator?.label ?? `Unknown type “${stage.type}”`),
        icon: ui?.icon ?? (operator ? HookIcon : undefined),
        problem: problemOf(stage.refId),
      };
    }),
  ];
  const edges = stages.flatMap((stage) =>
    stage.requisiteStageRefIds.length === 0
      ? [[CONFIGURATION, stage.refId] as const]
      : stage.requisiteStageRefIds.map((ref) => [ref, stage.refId] as const),
  );
  return (
    <div className="card editor-graph">
      <Suspense fallback={<Skeleton height={150} radius="lg" />}>
        <GraphView
          label={`Graph of ${pipeline.name}`}
          nodes={nodes}
          edges={edges}
          selected={selected}
          onSelect={onSelect}
          editing={{
            canConnect: (from, to) => canConnect(pipeline, from, to),
            onConnect: (from, to) => onEdit(connect(pipeline, from, to)),
            onDisconnect: (from, to) => onEdit(disconnect(pipeline, from, to)),
            onAddAfter: (id) => onAddAfter(id === CONFIGURATION ? undefined : id),
            onRemove: (id) => {
              onSelect(stages.find(({ refId }) => refId === id)?.requisiteStageRefIds[0]);
              onEdit(removeStage(pipeline, id));
            },
          }}
        />
      </Suspense>
      {stages.length === 0 ? (
        <p className="editor-graph-hint">Add the first stage with the + of the configuration.</p>
      ) : null}
    </div>
  );
}
