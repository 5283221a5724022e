import type { ExpressionProblem, ResolvedValue } from '../messages.ts';
import type { Json, StageState } from '../model.ts';
import { expressionScope, startScope } from '../scope.ts';
import type { Turn } from './turn.ts';

/** Expressions that wait for what is looked up for them; it has been asked for. */
export const WAITS = Symbol('waits for look-ups');
export type Waits = typeof WAITS;

/** Look-ups of one stage; beyond, what else an expression wants to know is refused. */
const MOST_LOOKUPS = 50;

/** Resolves a value as it stands in a stage, or asks for what must be looked up first. */
export function resolveIn(turn: Turn, stage: StageState, value: unknown): ResolvedValue | Waits {
  const resolved = turn.env.resolve(value, expressionScope(turn.state, stage));
  const { lookups = [] } = resolved;
  if (lookups.length === 0 || Object.keys(stage.answers ?? {}).length >= MOST_LOOKUPS) return resolved;
  for (const lookup of lookups) turn.effect({ type: 'LookUp', stageId: stage.id, ...lookup });
  return WAITS;
}

/** The stage's context with expressions resolved as far as they can be, and what could not be; undefined when nothing changes. */
export function resolvedContext(turn: Turn, stage: StageState): Json | Waits | undefined {
  const kept = turn.definition(stage)?.keepsExpressions ?? [];
  const isPlain = !contextHasExpression(stage.context, kept);
  if (isPlain && stage.context['expressionEvaluationSummary'] === undefined) return undefined;
  const { expressionEvaluationSummary: _old, ...open } = stage.context as Record<string, unknown>;
  const aside: Record<string, unknown> = {};
  setAside(open, aside, kept);
  if (isPlain) return { ...open, ...aside };
  const resolved = resolveIn(turn, stage, open);
  if (resolved === WAITS) return WAITS;
  const { value, problems } = resolved;
  const context: Json = {
    ...(value as Json),
    ...aside,
    ...(problems.length > 0 ? { expressionEvaluationSummary: summary(problems, turn.env.now) } : {}),
  };
  return JSON.stringify(withoutTimes(context)) === JSON.stringify(withoutTimes(stage.context)) ? undefined : context;
}

function setAside(open: Record<string, unknown>, aside: Record<string, unknown>, kept: readonly string[]): void {
  for (const key of ['stageEnabled', ...kept])
    if (Object.hasOwn(open, key)) {
      aside[key] = open[key];
      delete open[key];
    }
}

/**
 * At the pipeline's start: what the trigger and its parameters alone give is put into all stages. What names anything else
 * is left as it is written, for its stage.
 */
export function prepareStages(turn: Turn): void {
  const scope = startScope(turn.state);
  for (const stage of Object.values(turn.state.stages)) {
    const kept = turn.definition(stage)?.keepsExpressions ?? [];
    if (!contextHasExpression(stage.context, kept)) continue;
    const open: Record<string, unknown> = { ...stage.context };
    const aside: Record<string, unknown> = {};
    setAside(open, aside, kept);
    const context = { ...(turn.env.resolve(open, scope).value as Json), ...aside };
    if (JSON.stringify(context) !== JSON.stringify({ ...open, ...aside }))
      turn.emit({ type: 'StagePrepared', stageId: stage.id, context });
  }
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
/** Values with fewer parts are walked sooner than remembered. */
const WORTH_REMEMBERING = 16;
/** Text that takes as long to look through as another part to walk, characters. */
const PART = 64;

/** How many parts a value has that holds no expression; 0: it holds one. */
function partsWithoutExpression(value: unknown): number {
  if (typeof value === 'string') return value.includes('${') ? 0 : 1 + Math.floor(value.length / PART);
  if (typeof value !== 'object' || value === null || plain.has(value)) return 1;
  let parts = 1;
  for (const [key, item] of Object.entries(value)) {
    const below = key.includes('${') ? 0 : partsWithoutExpression(item);
    if (below === 0) return 0;
    parts += below;
  }
  if (parts >= WORTH_REMEMBERING) plain.add(value);
  return parts;
}

/** The same for a stage's context, whose condition, summary of problems and `kept` keys are not meant. */
function contextHasExpression(context: Json, kept: readonly string[]): boolean {
  if (plain.has(context)) return false;
  let parts = 0;
  for (const key in context) {
    if (key === 'expressionEvaluationSummary' || key === 'stageEnabled' || kept.includes(key)) continue;
    const below = key.includes('${') ? 0 : partsWithoutExpression(context[key]);
    if (below === 0) return true;
    parts += below;
  }
  // Kept keys are one type's own: a stage of another type may be given the very same context.
  if (kept.length === 0 && parts >= WORTH_REMEMBERING) plain.add(context);
  return false;
}
