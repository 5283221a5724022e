import { executionView } from '@gennaker/engine/view';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import { halts } from '@gennaker/engine/status';
import type { Queryable } from '@gennaker/store/database';
import { readExecution, readExecutions } from '../rows.ts';

/** A stage that failed by itself, not because of a child. */
export interface FailedStage {
  readonly executionId: string;
  readonly stageId: string;
  readonly pipelineName: string;
  readonly application: string;
  readonly stageName: string;
  readonly stageType: string;
  readonly status: string;
  readonly errors: string[];
  /** Where deck shows it. */
  readonly url?: string;
}

const DEEPEST = 100;

/**
 * The failures at the root of an execution's failure: breadth first through the pipelines that its stages started, down to
 * the stages that failed by themselves. At most `limit`.
 * @throws ServiceError 404
 */
export async function failedStages(
  db: Queryable,
  executionId: string,
  limit: number,
  deckOrigin?: string,
): Promise<FailedStage[]> {
  const found: FailedStage[] = [];
  const seen = new Set([executionId]);
  let level: ExecutionState[] = [await readExecution(db, executionId)];
  for (let depth = 0; level.length > 0 && depth < DEEPEST && found.length < limit; depth++) {
    const below: string[] = [];
    for (const state of level) {
      const failed = Object.values(state.stages).filter(
        (stage) => halts(stage.status) || stage.status === 'FAILED_CONTINUE',
      );
      const parents = new Set(failed.map((stage) => stage.parentStageId));
      for (const stage of failed) {
        // A stage that failed because of its own synthetic stage is told of by that one.
        if (parents.has(stage.id)) continue;
        const child =
          stage.type === 'pipeline' ? (stage.context['executionId'] ?? stage.outputs['executionId']) : undefined;
        if (typeof child === 'string' && !seen.has(child)) {
          seen.add(child);
          below.push(child);
        } else found.push(told(state, stage, deckOrigin));
      }
    }
    level = await readExecutions(db, below);
  }
  return found.slice(0, limit);
}

function told(state: ExecutionState, stage: StageState, deckOrigin: string | undefined): FailedStage {
  const view = executionView(state).stages.find((one) => one.id === stage.id);
  const exception = stage.context['exception'] as { details?: { errors?: unknown; error?: unknown } } | undefined;
  const listed = Array.isArray(exception?.details?.errors) ? exception.details.errors.map(String) : [];
  const reason = view?.reason?.summary;
  return {
    executionId: state.id,
    stageId: stage.id,
    pipelineName: state.name,
    application: state.application,
    stageName: stage.name,
    stageType: stage.type,
    status: stage.status,
    errors: listed.length > 0 ? listed : reason === undefined ? [] : [reason],
    ...(deckOrigin === undefined
      ? {}
      : {
          url: `${deckOrigin.replace(/\/$/, '')}/#/applications/${encodeURIComponent(state.application)}/executions/details/${state.id}?stage=${stage.position}`,
        }),
  };
}
