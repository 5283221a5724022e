import type { Reason } from '@gennaker/contracts/execution';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { planView, plannedStage } from '../lookup.ts';
import type { ExpressionProblem } from '../messages.ts';
import type { Json, StageState } from '../model.ts';
import { expressionScope } from '../scope.ts';
import { planSynthetics } from './plan.ts';
import { WINDOW_TYPE } from './timers.ts';
import type { Turn } from './turn.ts';

/** Starts a stage that is ready: its condition, its expressions, its tasks and before-stages. */
export function startStage(turn: Turn, stage: StageState): void {
  const disabled = lateReason(turn, stage) ?? disabledReason(turn, stage);
  if (disabled) {
    turn.emit({ type: 'StageCompleted', stageId: stage.id, status: 'SKIPPED', reason: disabled });
    return;
  }
  const context = resolvedContext(turn, stage);
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
function disabledReason(turn: Turn, stage: StageState): Reason | undefined {
  const condition = stage.context['stageEnabled'];
  if (turn.state.type !== 'PIPELINE' || typeof condition !== 'object' || condition === null) return undefined;
  const { type, expression } = condition as { type?: unknown; expression?: unknown };
  if (type !== 'expression' || typeof expression !== 'string' || expression.trim() === '') return undefined;
  const text = expression.includes('${') ? expression : `\${${expression}}`;
  const { value, problems } = turn.env.resolve(text, expressionScope(turn.state, stage));
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

/** The stage's context with expressions resolved as far as they can be, and what could not be; undefined when nothing changes. */
export function resolvedContext(turn: Turn, stage: StageState): Json | undefined {
  const kept = turn.definition(stage)?.keepsExpressions ?? [];
  const isPlain = !contextHasExpression(stage.context, kept);
  if (isPlain && stage.context['expressionEvaluationSummary'] === undefined) return undefined;
  const { expressionEvaluationSummary: _old, ...open } = stage.context as Record<string, unknown>;
  const aside: Record<string, unknown> = {};
  for (const key of ['stageEnabled', ...kept])
    if (Object.hasOwn(open, key)) {
      aside[key] = open[key];
      delete open[key];
    }
  if (isPlain) return { ...open, ...aside };
  const { value, problems } = turn.env.resolve(open, expressionScope(turn.state, stage));
  const context: Json = {
    ...(value as Json),
    ...aside,
    ...(problems.length > 0 ? { expressionEvaluationSummary: summary(problems, turn.env.now) } : {}),
  };
  return JSON.stringify(withoutTimes(context)) === JSON.stringify(withoutTimes(stage.context)) ? undefined : context;
}

function withoutTimes(context: Json): unknown {
  const { expressionEvaluationSummary, ...rest } = context;
  return [rest, Object.keys((expressionEvaluationSummary as Json | undefined) ?? {})];
}

function summary(problems: readonly ExpressionProblem[], timestamp: number): Json {
  const map: Record<string, unknown[]> = {};
  for (const problem of problems)
    (map[problem.expression] ??= []).push({
      level: problem.level,
      description: problem.description,
      exceptionType: 'ExpressionProblem',
      timestamp,
    });
  return map;
}

/** Values in which no expression is: they never change, so that big ones are walked once. */
const plain = new WeakSet<object>();

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (typeof value !== 'object' || value === null) return false;
  if (plain.has(value)) return false;
  for (const [key, item] of Object.entries(value)) if (key.includes('${') || hasExpression(item)) return true;
  plain.add(value);
  return false;
}

/** The same for a stage's context, whose condition, summary of problems and `kept` keys are not meant. */
function contextHasExpression(context: Json, kept: readonly string[]): boolean {
  if (plain.has(context)) return false;
  for (const key in context) {
    if (key === 'expressionEvaluationSummary' || key === 'stageEnabled' || kept.includes(key)) continue;
    if (key.includes('${') || hasExpression(context[key])) return true;
  }
  // Kept keys are one type's own: a stage of another type may be given the very same context.
  if (kept.length === 0) plain.add(context);
  return false;
}
