import type { Reason } from '@gennaker/contracts/execution';
import type { PlannedStageView } from '@gennaker/contracts/orca-insight';
import type { AnyStageDefinition, PlannedStage, SyntheticStage } from '@gennaker/extension-sdk/stage';
import { ancestors, type Graph } from '../graph.ts';
import { planView, plannedStage } from '../lookup.ts';
import type { Env } from '../messages.ts';
import type { ExecutionState, Json, StageState } from '../model.ts';
import { executionWindow } from '../decide/start-stage.ts';
import type { PlanWarning } from './plan-preview.ts';
import { Foreseen } from './foresee.ts';

/** A plan under way. */
interface Planning {
  readonly state: ExecutionState;
  readonly graph: Graph;
  readonly env: Env;
  readonly warnings: PlanWarning[];
}

/** Synthetic stages of synthetic stages end somewhere. */
const DEEPEST = 6;

/** A stage as it would run, with the synthetic stages that its definition plans, and theirs. */
export function planStage(planning: Planning, stage: StageState, depth = 0): PlannedStageView {
  const { state, env, warnings } = planning;
  const warn = (warning: Omit<PlanWarning, 'stageRefId'>): void =>
    void warnings.push({ ...warning, stageRefId: stage.refId });
  const foreseen = new Foreseen(state, stage, env, depth > 0 || ancestors(state, stage).length > 1);
  const condition = conditionOf(state, stage, foreseen);
  const { stageEnabled, ...open } = stage.context;
  const resolved = foreseen.resolve(open) as Json;
  const context = { ...resolved, ...(stageEnabled === undefined ? {} : { stageEnabled }) };
  // What a stage that never runs lacks is nobody's concern.
  if (condition.enabled !== 'no')
    for (const { path, ...finding } of foreseen.findings) warn({ ...finding, field: path });
  const planned: StageState = { ...stage, context };
  const definition = env.definition(planned.type) ?? env.definition(String(planned.context['alias'] ?? ''));
  const base = {
    refId: stage.refId,
    requisiteStageRefIds: [...stage.requisiteStageRefIds],
    type: stage.type,
    name: stage.name,
    context,
    ...condition,
  };
  if (!definition) {
    warn({
      message: `No stage type "${stage.type}" is known here: the stage "${stage.name}" will fail`,
      field: 'type',
      fix: 'correct the type, or install the extension that brings it',
    });
    return { ...base, tasks: [], before: [], after: [] };
  }
  checkSchema(definition, context, foreseen, warn);
  const seen = plannedStage(planned);
  const view = planView(state, stage, env);
  const attempt = <T>(what: string, plan: () => readonly T[]): readonly T[] => {
    try {
      return plan();
    } catch (error) {
      warn({
        message: `${what} of "${stage.name}" cannot be planned yet: ${error instanceof Error ? error.message : String(error)}`,
        ...(foreseen.open
          ? { fix: 'it rests on what is known only at run time', untilRun: true }
          : { fix: "correct the stage's settings" }),
      });
      return [];
    }
  };
  const tasks = attempt('The steps', () => definition.tasks(seen, view).map((task) => task.name));
  const window = executionWindow(planned);
  const before = attempt('The stages in front', () => definition.beforeStages?.(seen, view) ?? []);
  const after = attempt('The stages behind', () => definition.afterStages?.(seen, view) ?? []);
  return {
    ...base,
    tasks: [...tasks],
    before: below(planning, planned, before, '<', depth, window),
    after: below(planning, planned, after, '>', depth),
  };
}

/** The synthetic stages of one side, with the refIds that a run gives them. */
function below(
  planning: Planning,
  parent: StageState,
  wanted: readonly SyntheticStage[],
  mark: '<' | '>',
  depth: number,
  window?: SyntheticStage,
): PlannedStageView[] {
  const all = window ? [window, ...wanted] : wanted;
  if (depth >= DEEPEST) return [];
  const shift = window ? 0 : 1;
  const ref = (index: number): string => `${parent.refId}${mark}${index + shift}`;
  return all.map((stage, index) => {
    const after = (stage.after ?? []).map((earlier) => ref(earlier + (window ? 1 : 0)));
    return planStage(
      planning,
      {
        id: `${parent.id}${mark}${index}`,
        refId: ref(index),
        requisiteStageRefIds: [...(window && index > 0 ? [ref(0)] : []), ...after],
        type: stage.type,
        name: stage.name,
        status: 'NOT_STARTED',
        position: 0,
        context: stage.context,
        outputs: {},
        tasks: [],
        pausedMs: 0,
        parentStageId: parent.id,
        syntheticStageOwner: mark === '<' ? 'STAGE_BEFORE' : 'STAGE_AFTER',
      },
      depth + 1,
    );
  });
}

function conditionOf(
  state: ExecutionState,
  stage: StageState,
  foreseen: Foreseen,
): { readonly enabled: PlannedStageView['enabled']; readonly reason?: Reason } {
  const condition = stage.context['stageEnabled'];
  if (state.type !== 'PIPELINE' || typeof condition !== 'object' || condition === null) return { enabled: 'yes' };
  const { type, expression } = condition as { type?: unknown; expression?: unknown };
  if (type !== 'expression' || typeof expression !== 'string' || expression.trim() === '') return { enabled: 'yes' };
  const { value, known } = foreseen.text(expression.includes('${') ? expression : `\${${expression}}`);
  if (!known)
    return {
      enabled: 'unknown',
      reason: {
        summary: `Runs if its condition "${expression}" is true, which is known only at run time`,
        evidence: { expression },
      },
    };
  const answer = String(value).trim().toLowerCase();
  if (answer === 'true') return { enabled: 'yes' };
  return {
    enabled: 'no',
    reason: {
      summary: `Will be skipped: its condition "${expression}" is ${answer === 'false' ? 'false' : 'neither true nor false'}`,
      evidence: { expression, value },
    },
  };
}

function checkSchema(
  definition: AnyStageDefinition,
  context: PlannedStage['context'],
  foreseen: Foreseen,
  warn: (warning: Omit<PlanWarning, 'stageRefId'>) => void,
): void {
  const parsed = definition.schema.safeParse(context);
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path.map(String).join('.');
    // What is still an expression has its warning already.
    const open = foreseen.findings.some(
      ({ path }) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`),
    );
    if (!open)
      warn({
        message: `${field === '' ? 'The stage' : field}: ${issue.message}`,
        field,
        fix: "correct the stage's settings",
      });
  }
}
