import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { Plan, PlannedStageView } from '@gennaker/contracts/orca-insight';
import { namedOnly } from '@gennaker/contracts/people';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import { createExecution, type PostedStage } from '../create.ts';
import { evolve } from '../evolve.ts';
import { graphOf, inReadingOrder } from '../graph.ts';
import type { Env } from '../messages.ts';
import type { Json } from '../model.ts';
import { plannedArtifacts, plannedParameters } from './plan-inputs.ts';
import { planStage } from './plan-stage.ts';

export type PlanWarning = Plan['warnings'][number];

/** What is to be planned: a pipeline's document, or an orchestration's (`job`). */
export interface PlanRequest {
  readonly type: 'PIPELINE' | 'ORCHESTRATION';
  readonly application: string;
  readonly name: string;
  readonly document: Json;
  readonly trigger: ExecutionTrigger;
}

/**
 * What a start would do, as far as it is known before: inputs, conditions and the whole stage tree. Nothing is started,
 * and nothing thrown: whatever will not go well, or only a run can tell, is a warning.
 */
export function planPreview(request: PlanRequest, env: Env): Plan {
  const warnings: PlanWarning[] = [];
  const { document } = request;
  if (document['disabled'] === true)
    warnings.push({
      message: 'The pipeline is disabled: it does not start',
      field: 'disabled',
      fix: 'enable it first',
    });
  const stages = postedStages(request, warnings);
  for (const problem of graphProblems(stages))
    warnings.push({ message: problem.message, field: problem.field, fix: problem.fix });
  const parameters = plannedParameters(document['parameterConfig'], request.trigger.parameters ?? {}, warnings);
  const artifacts = plannedArtifacts(document['expectedArtifacts'], request.trigger.artifacts ?? [], warnings);
  const trigger: ExecutionTrigger = { ...request.trigger, parameters };
  const configId = document['id'];
  const state = evolve(
    undefined,
    createExecution({
      id: 'plan',
      type: request.type,
      application: request.application,
      name: request.name,
      ...(typeof configId === 'string' ? { pipelineConfigId: configId } : {}),
      trigger,
      by: namedOnly(trigger.user ?? 'anonymous'),
      stages,
      now: env.now,
    }),
  );
  const graph = graphOf(state);
  const planned: PlannedStageView[] = inReadingOrder(state).map((stage) =>
    planStage({ state, graph, env, warnings }, stage),
  );
  return {
    application: request.application,
    name: request.name,
    ...(typeof configId === 'string' ? { pipelineConfigId: configId } : {}),
    trigger,
    parameters,
    artifacts,
    stages: planned,
    warnings,
  };
}

function postedStages(request: PlanRequest, warnings: PlanWarning[]): PostedStage[] {
  const field = request.type === 'PIPELINE' ? 'stages' : 'job';
  const list = request.document[field];
  if (!Array.isArray(list)) {
    warnings.push({ message: `There is no list of ${field}`, field, fix: 'add stages, or render the template first' });
    return [];
  }
  return list.flatMap((one: unknown, index): PostedStage[] => {
    if (typeof one === 'object' && one !== null && 'type' in one && typeof one.type === 'string')
      return [{ ...one, type: one.type }];
    warnings.push({
      message: `Stage ${index + 1} has no type`,
      field: `${field}.${index}.type`,
      fix: 'give the stage a type',
    });
    return [];
  });
}
