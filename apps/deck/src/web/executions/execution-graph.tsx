import { Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { stageUis } from '@gennaker/stages/ui';
import { lookWord, stageLook } from '@gennaker/ui/status';
import { lazy, Suspense } from 'react';
import { topLevelStages } from './stage-order.ts';

const GraphView = lazy(() =>
  import('../graph/graph-view.tsx').then(({ GraphView: Component }) => ({ default: Component })),
);

/** An execution's stages as a graph, each with its status. Status changes never move a node. */
export function ExecutionGraph({
  execution,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly selected: string | undefined;
  readonly onSelect: (refId: string) => void;
}) {
  const stages = topLevelStages(execution);
  const refs = new Set(stages.map(({ refId }) => refId));
  return (
    <Suspense fallback={<Skeleton height={150} radius="lg" />}>
      <GraphView
        label={`Stages of ${execution.name}`}
        nodes={stages.map((stage) => ({
          id: stage.refId,
          label: stage.name,
          sub: lookWord(stageLook(stage)),
          icon: stageUis.find(({ type }) => type === stage.type)?.icon,
          look: stageLook(stage),
        }))}
        edges={stages.flatMap((stage) =>
          stage.requisiteStageRefIds.filter((ref) => refs.has(ref)).map((ref) => [ref, stage.refId] as const),
        )}
        selected={selected}
        onSelect={onSelect}
      />
    </Suspense>
  );
}
