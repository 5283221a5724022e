import { useDebouncedValue } from '@mantine/hooks';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import { type ExpressionPlace, ExpressionProvider, type Tried } from '@gennaker/ui/expressions';
import { describeError } from '@gennaker/ui/panels';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { useExecutions } from '../queries/executions.ts';
import { type Place, useHelperFunctions, usePreview } from '../queries/expressions.ts';

/** Requests wait for this pause in typing, ms. */
const PAUSE_MS = 300;

/** Where the expressions of a stage are tried: the stage in an execution of its pipeline. */
export function placeIn(execution: ExecutionView | undefined, stage: StageConfig): Place | undefined {
  if (!execution) return undefined;
  const own = execution.stages.find(({ refId, parentStageId }) => refId === stage['refId'] && !parentStageId);
  return { id: execution.id, stageId: own?.id };
}

/** Lets the fields of a stage's form complete their expressions, and show what they come to in an execution. */
export function ExpressionScope({
  pipeline,
  place,
  called,
  children,
}: {
  readonly pipeline: Pipeline;
  /** Undefined while there is no execution: names are still completed. */
  readonly place: Place | undefined;
  readonly called: string;
  readonly children: ReactNode;
}) {
  const { id, stageId } = place ?? {};
  const offered = useMemo(
    () => placeOf(id === undefined ? undefined : { id, stageId }, called, pipeline.parameterConfig ?? []),
    [id, stageId, called, pipeline.parameterConfig],
  );
  return <ExpressionProvider place={offered}>{children}</ExpressionProvider>;
}

/** The same for a stage in the editor: its expressions are tried in the newest execution of the pipeline. */
export function LastRunScope({
  pipeline,
  stage,
  children,
}: {
  readonly pipeline: Pipeline;
  readonly stage: StageConfig;
  readonly children: ReactNode;
}) {
  const newest = useExecutions(pipeline.application).data?.find((each) => each.pipelineConfigId === pipeline.id);
  return (
    <ExpressionScope pipeline={pipeline} place={placeIn(newest, stage)} called="Last run">
      {children}
    </ExpressionScope>
  );
}

function placeOf(
  place: Place | undefined,
  called: string,
  parameters: readonly { readonly name: string }[],
): ExpressionPlace {
  const known = ['execution', 'parameters', ...parameters.map(({ name }) => `parameters.${name}`), 'trigger'];
  return {
    called,
    useTried(text): Tried {
      const [settled] = useDebouncedValue(text, PAUSE_MS);
      const helpers = useHelperFunctions(place === undefined && text !== undefined);
      const preview = usePreview(place, settled);
      if (text === undefined || place === undefined) return { names: [...known, ...helpers] };
      if (preview.isError) return { names: known, problem: describeError(preview.error).message };
      if (!preview.data) return { names: known };
      const { names, result, detail, steps } = preview.data;
      if (detail === undefined) return { names, value: result };
      return { names, problem: steps.find(({ error }) => error !== undefined)?.error ?? 'It cannot be evaluated' };
    },
  };
}
