import type { Reason } from '@gennaker/contracts/execution';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { planView, plannedStage } from '../lookup.ts';
import type { Json, StageState } from '../model.ts';
import { planSynthetics } from './plan.ts';
import { resolvedContext, resolveIn, WAITS, type Waits } from './resolve-context.ts';
import { WINDOW_TYPE } from './timers.ts';
import type { Turn } from './turn.ts';

/** Starts a stage that is ready: its condition, its expressions, its tasks and before-stages. */
export function startStage(turn: Turn, stage: StageState): void {
  const disabled = lateReason(turn, stage) ?? disabledReason(turn, stage);
  if (disabled === WAITS) return;
  if (disabled) {
    turn.emit({ type: 'StageCompleted', stageId: stage.id, status: 'SKIPPED', reason: disabled });
    return;
  }
  const context = resolvedContext(turn, stage);
  if (context === WAITS) return;
  const planned = { ...stage, context: context ?? stage.context };
  const definition = turn.definition(planned);
  const started = { type: 'StageStarted', stageId: stage.id, ...(context ? { context } : {}) } as const;
  if (!definition) {
    turn.emit({ ...started, tasks: [] });
    turn.emit({
      type: 'StagePlanFailed',
      stageId: stage.id,
      reason: {
        summary: `No stage type "${stage.type}" is known here`,
        evidence: { type: stage.type },
        next: 'correct the type in the pipeline, or install the extension that brings it',
      },
    });
    return;
  }
  if (turn.state.trigger['dryRun'] === true && definition.runsInDryRun !== true) return rehearse(turn, stage, context);
  try {
    const view = planView(turn.state, planned, turn.env);
    const tasks = definition.tasks(plannedStage(planned), view);
    const before = definition.beforeStages?.(plannedStage(planned), view) ?? [];
    turn.emit({
      ...started,
      tasks: tasks.map((task) => ({
        name: task.name,
        ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
        ...(task.loop === undefined ? {} : { loop: task.loop }),
        ...(task.onEnd ? { atEnd: true } : {}),
      })),
      ...(definition.timeoutMs === undefined ? {} : { timeoutMs: definition.timeoutMs }),
    });
    planSynthetics(turn, stage, 'before', before, executionWindow(planned));
  } catch (error) {
    if (turn.stage(stage.id)?.status === 'NOT_STARTED') turn.emit({ ...started, tasks: [] });
    turn.emit({ type: 'StagePlanFailed', stageId: stage.id, reason: planReason(stage, error) });
  }
}

/** The window that a stage of the pipeline may run in, as a stage that all others of it wait for. */
export function executionWindow(stage: StageState): SyntheticStage | undefined {
  if (stage.parentStageId !== undefined || String(stage.context['restrictExecutionDuringTimeWindow']) !== 'true')
    return undefined;
  const { restrictedExecutionWindow, skipRemainingWait } = stage.context;
  return {
    type: WINDOW_TYPE,
    name: 'Restrict execution during time window',
    context: {
      restrictedExecutionWindow: restrictedExecutionWindow ?? {},
      ...(skipRemainingWait === undefined ? {} : { skipRemainingWait }),
    },
  };
}

/** In a dry run, a stage that would change something is told as if it had: it succeeds with the outputs that were given for it. */
function rehearse(turn: Turn, stage: StageState, context: Json | undefined): void {
  const all = turn.state.trigger['dryRunOutputs'];
  const given = typeof all === 'object' && all !== null ? (all as Json)[stage.refId] : undefined;
  const outputs = typeof given === 'object' && given !== null ? (given as Json) : undefined;
  const reason = {
    summary: 'Not run: this is a dry run',
    evidence: { type: stage.type, outputs: outputs ? Object.keys(outputs) : [] },
    next: 'start the pipeline without dryRun to run it',
  };
  const at = { stageId: stage.id, taskId: '1' };
  turn.emit({ type: 'StageStarted', stageId: stage.id, ...(context ? { context } : {}), tasks: [{ name: 'dryRun' }] });
  turn.emit({ type: 'TaskStarted', ...at });
  turn.emit({ type: 'TaskCompleted', ...at, status: 'SUCCEEDED', ...(outputs ? { outputs } : {}), reason });
  turn.emit({ type: 'StageCompleted', stageId: stage.id, status: 'SUCCEEDED', reason });
}

/** Why a stage is not begun any more: its time to start is over. */
function lateReason(turn: Turn, stage: StageState): Reason | undefined {
  const expiry = Number(stage.context['startTimeExpiry'] ?? Number.NaN);
  if (!(turn.env.now > expiry)) return undefined;
  return {
    summary: `Skipped: it was to be begun by ${new Date(expiry).toISOString()}`,
    evidence: { startTimeExpiry: expiry, now: turn.env.now },
  };
}

/** Why a stage could not be planned. */
export function planReason(stage: StageState, error: unknown): Reason {
  return {
    summary: `The stage "${stage.name}" could not be planned: ${error instanceof Error ? error.message : String(error)}`,
    evidence: { type: stage.type },
    next: "correct the stage's settings and start again",
  };
}

/** Why a stage's condition keeps it from running, or undefined. A synthetic stage without a condition has its parent's, which was met. */
function disabledReason(turn: Turn, stage: StageState): Reason | Waits | undefined {
  const condition = stage.context['stageEnabled'];
  if (turn.state.type !== 'PIPELINE' || typeof condition !== 'object' || condition === null) return undefined;
  const { type, expression } = condition as { type?: unknown; expression?: unknown };
  if (type !== 'expression' || typeof expression !== 'string' || expression.trim() === '') return undefined;
  const text = expression.includes('${') ? expression : `\${${expression}}`;
  const resolved = resolveIn(turn, stage, text);
  if (resolved === WAITS) return WAITS;
  const { value, problems } = resolved;
  const answer = String(value).trim().toLowerCase();
  if (answer === 'true') return undefined;
  const evidence = {
    expression,
    value,
    ...(problems.length > 0 ? { problems: problems.map((p) => p.description) } : {}),
  };
  return answer === 'false'
    ? { summary: `Skipped: its condition "${expression}" is false`, evidence }
    : {
        summary: `Skipped: its condition "${expression}" is neither true nor false`,
        evidence,
        next: 'correct the condition if the stage was meant to run',
      };
}
