import type { Reason } from '@gennaker/contracts/execution';
import { isComplete, STATUS_FACTS } from '@gennaker/contracts/status';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { isReady } from '../graph.ts';
import { planView, plannedStage } from '../lookup.ts';
import { exceptionOf } from '../evolve.ts';
import type { Json, StageState } from '../model.ts';
import { halts, stageStatus } from '../status.ts';
import { cancelStage } from './cancel-stage.ts';
import { endStage } from './end-stage.ts';
import { planSynthetics } from './plan.ts';
import { resolvedContext, WAITS } from './resolve-context.ts';
import { planReason } from './start-stage.ts';
import type { Turn } from './turn.ts';

/** Takes a running stage one step on, if there is one to take: before-stages, tasks in order, after-stages, end. */
export function stepStage(turn: Turn, stage: StageState): boolean {
  const children = turn.graph.children(stage.id);
  if (stage.failurePlanned) return endFailed(turn, stage);
  if (stage.planFailed) return fail(turn, stage);
  const before = (child: StageState): boolean => child.syntheticStageOwner === 'STAGE_BEFORE';
  if (children.some((child) => before(child) && breaksParent(stage, child))) return fail(turn, stage);
  if (children.some((child) => before(child) && !isComplete(child.status))) return false;
  for (const task of stage.tasks) {
    if (halts(task.status) || (task.status === 'FAILED_CONTINUE' && !task.goesOn)) return fail(turn, stage);
    if (task.status === 'NOT_STARTED') {
      startTask(turn, stage, task.id);
      return true;
    }
    if (!isComplete(task.status)) return false;
  }
  if (!stage.afterPlanned && planAfter(turn, stage)) return true;
  const after = (child: StageState): boolean => child.syntheticStageOwner === 'STAGE_AFTER';
  if (children.some((child) => after(child) && breaksParent(stage, child))) return fail(turn, stage);
  if (children.some((child) => after(child) && !isComplete(child.status))) return false;
  return fail(turn, stage);
}

/** Does this synthetic stage's end end its parent now? A parent may let siblings go on, and so may the one that failed. */
function breaksParent(parent: StageState, child: StageState): boolean {
  if (halts(child.status)) return true;
  if (child.status !== 'FAILED_CONTINUE') return false;
  return [parent, child].every(({ context }) => context['allowSiblingStagesToContinueOnFailure'] !== true);
}

function startTask(turn: Turn, stage: StageState, taskId: string): void {
  const context = resolvedContext(turn, stage);
  if (context === WAITS) return;
  turn.emit({ type: 'TaskStarted', stageId: stage.id, taskId, ...(context ? { context } : {}) });
  const task = turn.task(stage.id, taskId);
  if (task) turn.effect({ type: 'RunTask', stageId: stage.id, taskId, attempt: task.attempt, run: task.runs });
}

/** Plans the after-stages; false when there are none. */
function planAfter(turn: Turn, stage: StageState): boolean {
  try {
    const definition = turn.definition(stage);
    const wanted = definition?.afterStages?.(plannedStage(stage), planView(turn.state, stage, turn.env)) ?? [];
    if (wanted.length === 0) return false;
    planSynthetics(turn, stage, 'after', wanted);
  } catch (error) {
    turn.emit({ type: 'StagePlanFailed', stageId: stage.id, reason: planReason(stage, error) });
  }
  return true;
}

/** Ends a stage by its derived status; a failure first stops what still runs below it and runs the on-failure stages, once. */
function fail(turn: Turn, stage: StageState): boolean {
  const status = stageStatus(stage, turn.graph.children(stage.id));
  const reason = { summary: `Cancelled: "${stage.name}" ended ${status}` };
  for (const child of turn.graph.children(stage.id))
    if (!isComplete(child.status) && child.status !== 'NOT_STARTED') cancelStage(turn, child, reason);
  removeWaiting(turn, stage);
  if (status !== 'TERMINAL' && status !== 'STOPPED' && status !== 'FAILED_CONTINUE') return complete(turn, stage);
  try {
    const definition = turn.definition(stage);
    const wanted = definition?.onFailureStages?.(plannedStage(stage), planView(turn.state, stage, turn.env)) ?? [];
    const done = new Set(
      turn.graph
        .children(stage.id)
        .filter((child) => isComplete(child.status))
        .map((child) => child.name),
    );
    const left = withoutDone(wanted, done);
    if (left.length === 0) return complete(turn, stage);
    planSynthetics(turn, stage, 'onFailure', left);
    return true;
  } catch (error) {
    turn.emit({ type: 'StagePlanFailed', stageId: stage.id, reason: planReason(stage, error) });
    return complete(turn, turn.stage(stage.id) ?? stage);
  }
}

/** The synthetic stages that are left to do; they wait for those of them that are left, too. */
function withoutDone(wanted: readonly SyntheticStage[], done: ReadonlySet<string>): SyntheticStage[] {
  const left = wanted.filter((stage) => !done.has(stage.name));
  return left.map((stage) => {
    if (stage.after === undefined || left.length === wanted.length) return stage;
    const after = stage.after.flatMap((index) => {
      const other = wanted[index];
      if (other && done.has(other.name)) return [];
      return [other ? left.indexOf(other) : index];
    });
    return { ...stage, after };
  });
}

/** Ends a stage whose on-failure stages are done, or cannot go on. */
function endFailed(turn: Turn, stage: StageState): boolean {
  const open = turn.graph.children(stage.id).filter((child) => !isComplete(child.status));
  if (open.some((child) => child.status !== 'NOT_STARTED' || isReady(turn.graph, child))) return false;
  removeWaiting(turn, stage);
  return complete(turn, stage);
}

/** Takes out the synthetic stages that never started. */
function removeWaiting(turn: Turn, stage: StageState): void {
  const waiting = turn.graph.children(stage.id).filter((child) => child.status === 'NOT_STARTED');
  if (waiting.length > 0) turn.emit({ type: 'StagesRemoved', stageIds: waiting.map((child) => child.id) });
}

function complete(turn: Turn, stage: StageState): boolean {
  const children = turn.graph.children(stage.id);
  let status = stageStatus(stage, children);
  let reason = stage.reason ?? failureReason(stage, children);
  const open = openExpressions(stage);
  if (stage.context['failOnFailedExpressions'] === true && open.length > 0) {
    status = 'TERMINAL';
    reason = {
      summary: `Failed: ${open.length} expression(s) could not be evaluated`,
      evidence: { expressions: open.map(({ expression }) => expression) },
      next: 'correct the expressions, or switch "fail on failed expressions" off',
    };
  } else if (reason && open[0] && STATUS_FACTS[status].failure) {
    reason = {
      ...reason,
      summary: `${reason.summary}; ${open[0].description}`,
      evidence: { ...reason.evidence, expressions: open.map(({ expression }) => expression) },
      next: reason.next ?? 'correct the expression, which may be why it failed',
    };
  }
  if (stage.tasks.length === 0 && children.length === 0 && status === 'SKIPPED')
    reason ??= { summary: 'Nothing to do: the stage has no tasks' };
  const failed = STATUS_FACTS[status].failure;
  endStage(turn, stage, status, reason, failed ? exceptionWith(stage, reason, open, turn.env.now) : undefined);
  return true;
}

/** The stage's `exception` with what could not be evaluated among its errors; undefined when all could. */
function exceptionWith(
  stage: StageState,
  reason: Reason | undefined,
  open: readonly { readonly description: string }[],
  now: number,
): Json | undefined {
  const [first] = open;
  if (!first) return undefined;
  const exception =
    (stage.context['exception'] as Json | undefined) ??
    exceptionOf({ summary: reason?.summary ?? first.description }, 'completeStage', now);
  const details = (exception['details'] ?? {}) as Json;
  const errors = Array.isArray(details['errors']) ? (details['errors'] as unknown[]) : [];
  const all = [...new Set([...errors, ...open.map(({ description }) => description)])];
  return { exception: { ...exception, details: { ...details, errors: all } } };
}

/** Expressions of a stage that could not be evaluated, with why. */
function openExpressions(stage: StageState): { readonly expression: string; readonly description: string }[] {
  const summary = stage.context['expressionEvaluationSummary'];
  if (typeof summary !== 'object' || summary === null) return [];
  return Object.entries(summary as Record<string, readonly { readonly description?: unknown }[]>).map(
    ([expression, findings]) => ({ expression, description: String(findings[0]?.description ?? expression) }),
  );
}

/** The reason of the task or synthetic stage that failed. */
function failureReason(stage: StageState, children: readonly StageState[]): Reason | undefined {
  const bad = (status: StageState['status']) =>
    status === 'TERMINAL' || status === 'STOPPED' || status === 'FAILED_CONTINUE' || status === 'CANCELED';
  const task = stage.tasks.find((one) => bad(one.status));
  if (task) return task.reason ?? { summary: `The task ${task.name} ended ${task.status}` };
  const ordered = children.filter((one) => bad(one.status));
  const child = ordered.find((one) => one.status !== 'CANCELED') ?? ordered[0];
  if (!child) return undefined;
  return {
    ...child.reason,
    summary: `"${child.name}" ended ${child.status}${child.reason ? `: ${child.reason.summary}` : ''}`,
  };
}
