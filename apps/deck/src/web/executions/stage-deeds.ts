import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { isComplete, STATUS_FACTS } from '@gennaker/contracts/status';
import type { StageDeed } from '../queries/actions.ts';
import { judgmentRules } from './judgment-rules.ts';
import { stagesUnder, topLevelStages } from './stage-order.ts';

/** Something that can be done with a stage now. */
export interface OfferedDeed {
  readonly deed: StageDeed;
  /** Stage that it is done with: the stage itself, or the window or wait below it. */
  readonly stageId: string;
  readonly label: string;
  /** One sentence: what will happen. */
  readonly preview: string;
  /** It changes more than this stage: asked once more. */
  readonly confirm: boolean;
}

/** Types that have a rest of time to skip. */
const TIMED = new Set(['wait', 'waitUntil', 'restrictExecutionDuringTimeWindow']);
/** Types that may be skipped by hand; other stages say so themselves (`canManuallySkip`). */
const SKIPPABLE = new Set(['manualJudgment', 'wait', 'waitUntil', 'waitForCondition', 'webhook']);

/** What can be done with a top-level stage, as far as this page can tell; the server has the last word. */
export function deedsFor(execution: ExecutionView, stage: StageView): OfferedDeed[] {
  if (stage.parentStageId) return [];
  const deeds: OfferedDeed[] = [];
  const timed = [stage, ...stagesUnder(execution, stage.id)].find(
    (each) => TIMED.has(each.type) && each.status === 'RUNNING',
  );
  if (timed)
    deeds.push({
      deed: 'skipWait',
      stageId: timed.id,
      label:
        timed.type === 'restrictExecutionDuringTimeWindow' ? 'Do not wait for the window' : 'Skip the rest of the wait',
      preview:
        timed.type === 'restrictExecutionDuringTimeWindow'
          ? `${stage.name} begins now, outside of its allowed hours.`
          : `${stage.name} counts as done at once.`,
      confirm: timed.type === 'restrictExecutionDuringTimeWindow',
    });
  // What several people have to approve, nobody passes alone.
  const shared = stage.type === 'manualJudgment' && judgmentRules(stage).needed > 1;
  const skippable = !shared && (SKIPPABLE.has(stage.type) || stage.context['canManuallySkip'] === true);
  if (stage.status === 'RUNNING' && skippable)
    deeds.push({
      deed: 'skip',
      stageId: stage.id,
      label: 'Skip this stage',
      preview: `${stage.name} ends as skipped, and ${afterwards(execution, stage)}.`,
      confirm: true,
    });
  if (STATUS_FACTS[stage.status].failure && stage.status !== 'FAILED_CONTINUE')
    deeds.push({
      deed: 'ignoreFailure',
      stageId: stage.id,
      label: 'Ignore the failure',
      preview: `${stage.name} stays failed but counts as passed, and ${afterwards(execution, stage)}.`,
      confirm: true,
    });
  if (isComplete(stage.status))
    deeds.push({
      deed: 'restart',
      stageId: stage.id,
      label: 'Restart from here',
      preview: restartPreview(execution, stage),
      confirm: true,
    });
  return deeds;
}

/** Stages that come behind a stage, in order. */
function downstream(execution: ExecutionView, stage: StageView): StageView[] {
  const refs = new Set([stage.refId]);
  return topLevelStages(execution).filter((each) => {
    if (each.id === stage.id || !each.requisiteStageRefIds.some((ref) => refs.has(ref))) return false;
    refs.add(each.refId);
    return true;
  });
}

function afterwards(execution: ExecutionView, stage: StageView): string {
  const next = topLevelStages(execution).filter((each) => each.requisiteStageRefIds.includes(stage.refId));
  return next.length > 0 ? `${names(next)} can go on` : 'nothing comes after it';
}

function restartPreview(execution: ExecutionView, stage: StageView): string {
  const again = downstream(execution, stage).filter((each) => isComplete(each.status));
  const also = again.length > 0 ? `, and ${names(again)} after it` : '';
  return `${stage.name} runs again${also}; what the earlier run changed in the cloud stays as it is.`;
}

function names(stages: readonly StageView[]): string {
  const all = stages.map(({ name }) => name);
  return all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
}
