import { isComplete, STATUS_FACTS, type Status } from '@gennaker/contracts/status';
import type { Json, StageState } from './model.ts';

/** What follows goes on after these. */
export function upstreamOk(status: Status): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED_CONTINUE' || status === 'SKIPPED';
}

/** A stage of this status lets nothing after it start. */
export function halts(status: Status): boolean {
  return STATUS_FACTS[status].halt;
}

/** How a failure in a stage of this context ends the stage: the user's four choices. */
export function failureStatus(context: Json, otherwise: Status = 'TERMINAL'): Status {
  if (context['continuePipeline'] === true) return 'FAILED_CONTINUE';
  const fail = context['failPipeline'];
  return fail === undefined || fail === null || fail === true ? otherwise : 'STOPPED';
}

/** A stage's status from its tasks and direct synthetic stages; the first rule that fits. */
export function stageStatus(stage: StageState, synthetics: readonly StageState[]): Status {
  if (stage.planFailed) return failureStatus(stage.context);
  const statuses = [...stage.tasks.map((task) => task.status), ...synthetics.map((child) => child.status)];
  const any = (status: Status) => statuses.includes(status);
  if (statuses.length === 0) return 'SKIPPED';
  if (any('TERMINAL')) return failureStatus(stage.context);
  if (any('STOPPED')) return 'STOPPED';
  if (any('CANCELED')) return 'CANCELED';
  if (any('FAILED_CONTINUE')) return 'FAILED_CONTINUE';
  if (statuses.every((status) => status === 'SUCCEEDED' || status === 'SKIPPED')) return 'SUCCEEDED';
  return synthetics.some((child) => child.syntheticStageOwner === 'STAGE_AFTER' && !isComplete(child.status))
    ? 'RUNNING'
    : 'TERMINAL';
}

/** An execution's status from its top-level stages, or undefined while it goes on. `canGoOn`: some stage runs or can start. */
export function executionStatus(stages: readonly StageState[], canGoOn: boolean): Status | undefined {
  const any = (status: Status) => stages.some((stage) => stage.status === status);
  const anew = (status: Status) => stages.some((stage) => stage.status === status && !stage.beforeRestart);
  if (stages.length > 0 && stages.every((stage) => upstreamOk(stage.status))) return 'SUCCEEDED';
  if (anew('TERMINAL')) return 'TERMINAL';
  if (anew('CANCELED')) return 'CANCELED';
  if (canGoOn) return undefined;
  if (any('TERMINAL')) return 'TERMINAL';
  if (any('CANCELED')) return 'CANCELED';
  if (any('STOPPED'))
    return stages.some((stage) => stage.status === 'STOPPED' && stage.context['completeOtherBranchesThenFail'] === true)
      ? 'TERMINAL'
      : 'SUCCEEDED';
  return 'TERMINAL';
}
