import type { Comparison } from '@gennaker/contracts/orca-insight';
import { inReadingOrder } from '../graph.ts';
import type { ExecutionState, StageState } from '../model.ts';

type Difference = Comparison['differences'][number];

/** Most differences that are told of one thing. */
const MOST = 200;
/** Keys whose values differ in every run and tell nothing. */
const OF_EACH_RUN = new Set(['expressionEvaluationSummary', 'correlationId', 'eventId', 'executionId']);

/** Two executions side by side: what started them, then their stages in reading order, matched by refId. */
export function compare(a: ExecutionState, b: ExecutionState): Comparison {
  const left = byRef(a);
  const right = byRef(b);
  const refs = [...new Set([...left.keys(), ...right.keys()])];
  return {
    a: side(a),
    b: side(b),
    differences: differencesOf(started(a), started(b)),
    stages: refs.map((refId) => {
      const one = left.get(refId);
      const two = right.get(refId);
      return {
        refId,
        name: (two ?? one)?.name ?? refId,
        ...(one ? { a: stageSide(one) } : {}),
        ...(two ? { b: stageSide(two) } : {}),
        differences: one && two ? differencesOf(compared(one), compared(two)) : [],
      };
    }),
  };
}

const byRef = (state: ExecutionState): Map<string, StageState> =>
  new Map(inReadingOrder(state).map((stage) => [stage.refId, stage]));

const started = ({ application, pipelineConfigId, authentication, trigger }: ExecutionState): unknown => ({
  application,
  pipelineConfigId,
  user: authentication.user,
  trigger,
});

/** What a stage's context says beyond when it failed and by whom it was restarted. */
function lasting({ restartDetails: _again, exception, ...context }: StageState['context']): unknown {
  if (!isObject(exception)) return context;
  const { timestamp: _when, ...failure } = exception;
  return { ...context, exception: failure };
}

const compared = ({ type, name, requisiteStageRefIds, context, outputs, tasks, reason }: StageState): unknown => ({
  type,
  name,
  requisiteStageRefIds,
  context: lasting(context),
  outputs,
  tasks: tasks.map((task) => ({ name: task.name, status: task.status })),
  reason: reason?.summary,
});

const lasted = (thing: { readonly startTime?: number; readonly endTime?: number }): { durationMs?: number } =>
  thing.startTime === undefined || thing.endTime === undefined ? {} : { durationMs: thing.endTime - thing.startTime };

const side = (state: ExecutionState): Comparison['a'] => ({
  id: state.id,
  name: state.name,
  status: state.status,
  ...(state.startTime === undefined ? {} : { startTime: state.startTime }),
  ...lasted(state),
});

const stageSide = (stage: StageState): NonNullable<Comparison['stages'][number]['a']> => ({
  status: stage.status,
  ...lasted(stage),
});

/** What differs between two JSON values, by path (`trigger.parameters.version`), at most 200. */
export function differencesOf(a: unknown, b: unknown): Difference[] {
  const found: Difference[] = [];
  walk(a, b, '', found);
  return found.slice(0, MOST);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function walk(a: unknown, b: unknown, path: string, found: Difference[]): void {
  if (Object.is(a, b) || found.length >= MOST) return;
  if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      if (!OF_EACH_RUN.has(key)) walk(a[key], b[key], path === '' ? key : `${path}.${key}`, found);
    return;
  }
  found.push({ path, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) });
}
