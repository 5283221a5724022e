import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionTrigger, ExecutionView } from '@gennaker/contracts/execution';
import type { ExecutionState } from '@gennaker/engine/model';
import { executionForExpressions } from '@gennaker/engine/scope';
import { executionView } from '@gennaker/engine/view';
import type { Queryable } from '@gennaker/store/database';
import { readExecutions } from '../rows.ts';

type Json = Readonly<Record<string, unknown>>;

/** Which execution, and which of its stages, started another. */
export interface Parent {
  readonly id: string;
  readonly stageId?: string;
}

/** The parent that a trigger names; undefined when nothing started it but a person or an event. */
export function parentOf(trigger: ExecutionTrigger): Parent | undefined {
  const id = trigger['parentExecutionId'];
  if (typeof id !== 'string' || id === '') return undefined;
  const stageId = trigger['parentPipelineStageId'];
  return { id, ...(typeof stageId === 'string' && stageId !== '' ? { stageId } : {}) };
}

/**
 * A trigger with its parent by reference: of a whole execution that was posted only what never changes stays. The root is
 * that of the parent, which is looked up where it is known here.
 */
export async function byReference(db: Queryable, trigger: ExecutionTrigger): Promise<ExecutionTrigger> {
  const posted = trigger['parentExecution'] as Json | undefined;
  const id = trigger['parentExecutionId'] ?? posted?.['id'];
  if (typeof id !== 'string' || id === '') return trigger;
  const [known] = await readExecutions(db, [id]);
  const source: Json = known ? { ...known } : (posted ?? { id });
  const parentExecution = Object.fromEntries(
    ['id', 'type', 'application', 'name', 'pipelineConfigId', 'buildTime']
      .filter((key) => source[key] !== undefined)
      .map((key) => [key, source[key]]),
  );
  const postedRoot = posted?.['rootId'];
  return {
    ...trigger,
    parentExecutionId: id,
    parentExecution,
    generation: generationOf(known?.trigger) + 1,
    rootExecutionId: known ? executionView(known)['rootId'] : typeof postedRoot === 'string' ? postedRoot : id,
  };
}

/** How many executions lie between an execution and what a person or an event from outside started. */
function generationOf(trigger: ExecutionTrigger | undefined): number {
  const generation = trigger?.['generation'];
  return typeof generation === 'number' ? generation : 0;
}

/** Executions that may start one another in a row: longer chains are pipelines that start each other for ever. */
const MOST_GENERATIONS = 50;

/**
 * Ends chains of pipelines that start one another without end.
 * @throws ServiceError 400; nothing is recorded, as a failed execution would start the next one
 */
export function refuseEndless(trigger: ExecutionTrigger): void {
  const generation = generationOf(trigger);
  if (generation > MOST_GENERATIONS)
    throw badRequest(
      `${MOST_GENERATIONS} executions have started one another in a row, from ${String(trigger['rootExecutionId'])} on: the pipelines start each other without end`,
      { field: 'trigger', fix: 'take a trigger or a pipeline stage out of the circle, then start it by hand' },
    );
}

/** The view of an execution with its parent filled in, as it is now. */
export async function viewWithParent(db: Queryable, state: ExecutionState): Promise<ExecutionView> {
  const view = executionView(state);
  const parent = parentOf(state.trigger);
  if (!parent) return view;
  const [found] = await readExecutions(db, [parent.id]);
  if (!found) return view;
  const { stages, ...rest } = executionView(found);
  return {
    ...view,
    trigger: {
      ...view.trigger,
      parentExecution: {
        ...rest,
        stages: stages.map((stage) => ({ ...stage, context: {}, outputs: stage.outputs, tasks: [] })),
      },
    },
  };
}

/** Ancestors that expressions can go up. */
const HIGHEST = 10;

/**
 * The parent as `trigger.parentExecution` is in expressions: whole, with its own parent. Undefined where there is none, or
 * where it was removed: then what the trigger keeps of it is all there is.
 */
export async function parentForExpressions(
  db: Queryable,
  trigger: ExecutionTrigger,
  depth = HIGHEST,
): Promise<Json | undefined> {
  const parent = depth > 0 ? parentOf(trigger) : undefined;
  const [found] = parent ? await readExecutions(db, [parent.id]) : [];
  if (!found) return undefined;
  const above = await parentForExpressions(db, found.trigger, depth - 1);
  const execution = executionForExpressions(found);
  return above ? { ...execution, trigger: { ...found.trigger, parentExecution: above } } : execution;
}

/** As parentForExpressions, for an execution whose stages speak of its parent; others are spared the look-up. */
export async function parentSpokenOf(
  db: Queryable,
  { trigger, stages }: Pick<ExecutionState, 'trigger' | 'stages'>,
): Promise<Json | undefined> {
  if (!parentOf(trigger)) return undefined;
  const speaks = Object.values(stages).some((stage) => JSON.stringify(stage.context).includes('parentExecution'));
  return speaks ? parentForExpressions(db, trigger) : undefined;
}
