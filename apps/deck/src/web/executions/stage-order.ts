import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { withLocalTimes } from '@gennaker/ui/time';

/** The stages that a user configured, in an order in which each stands behind what it depends on. */
export function topLevelStages(execution: Pick<ExecutionView, 'stages'>): StageView[] {
  const stages = execution.stages.filter((stage) => !stage.parentStageId);
  const byRef = new Map(stages.map((stage) => [stage.refId, stage]));
  const ranks = new Map<string, number>();
  const rank = (stage: StageView, above: ReadonlySet<string>): number => {
    const known = ranks.get(stage.refId);
    if (known !== undefined) return known;
    if (above.has(stage.refId)) return 0;
    const path = new Set([...above, stage.refId]);
    const parents = stage.requisiteStageRefIds.map((ref) => byRef.get(ref)).filter((each) => each !== undefined);
    const value = parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => rank(parent, path)));
    ranks.set(stage.refId, value);
    return value;
  };
  return stages
    .map((stage, index) => ({ stage, index, rank: rank(stage, new Set()) }))
    .toSorted((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ stage }) => stage);
}

/** A stage's synthetic stages at every depth: before-stages, then the others, in the execution's order. */
export function stagesUnder(execution: Pick<ExecutionView, 'stages'>, id: string): StageView[] {
  const direct = execution.stages.filter((stage) => stage.parentStageId === id);
  const ordered = [
    ...direct.filter((stage) => stage.syntheticStageOwner === 'STAGE_BEFORE'),
    ...direct.filter((stage) => stage.syntheticStageOwner !== 'STAGE_BEFORE'),
  ];
  return ordered.flatMap((stage) => [stage, ...stagesUnder(execution, stage.id)]);
}

/** The stage to look at first: what waits for a person, then what failed, what runs, and else the last that ended. */
export function interestingStage(execution: Pick<ExecutionView, 'stages'>): StageView | undefined {
  const stages = topLevelStages(execution);
  return (
    stages.find((stage) => stage.type === 'manualJudgment' && stage.status === 'RUNNING') ??
    stages.find((stage) => ['TERMINAL', 'STOPPED', 'FAILED_CONTINUE'].includes(stage.status)) ??
    stages.find((stage) => stage.status === 'RUNNING') ??
    stages.findLast((stage) => stage.endTime !== undefined) ??
    stages[0]
  );
}

/** The top-level stage that a stage belongs to. */
export function topLevelOf(execution: Pick<ExecutionView, 'stages'>, id: string): StageView | undefined {
  let stage = execution.stages.find((each) => each.id === id);
  for (let hops = 0; stage?.parentStageId && hops < 20; hops++) {
    const parent: string = stage.parentStageId;
    stage = execution.stages.find((each) => each.id === parent);
  }
  return stage;
}

/** Why a stage is as it is: its own reason, or that of the task or stage below it that matters most. */
export function stageReason(execution: Pick<ExecutionView, 'stages'>, stage: StageView) {
  const family = [stage, ...stagesUnder(execution, stage.id)];
  const of = (statuses: readonly string[]) =>
    family.flatMap((each) => each.tasks).find((task) => task.reason && statuses.includes(task.status))?.reason ??
    family.find((each) => each.reason && statuses.includes(each.status))?.reason;
  return stage.reason ?? of(['TERMINAL', 'STOPPED', 'FAILED_CONTINUE', 'CANCELED']) ?? of(['RUNNING', 'PAUSED']);
}

/** Why an execution that does not simply run or succeed is as it is, in one line. */
export function whyLine(execution: ExecutionView): string | undefined {
  if (execution.status === 'SUCCEEDED') return undefined;
  const own = execution.reason?.summary ?? execution.cancellationReason;
  if (own) return withLocalTimes(own);
  const stage = interestingStage(execution);
  const reason = stage ? stageReason(execution, stage) : undefined;
  return stage && reason ? `${stage.name}: ${withLocalTimes(reason.summary)}` : undefined;
}
