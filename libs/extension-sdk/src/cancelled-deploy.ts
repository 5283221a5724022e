import { submittedOperation, submittedUnheard } from './cloud-operation.ts';
import type { ClusterPlace } from './cluster-lock.ts';
import { cancelledDeployStages } from './deploy-strategy.ts';
import type { PlannedStage, PlanView, TaskContext, TaskDefinition } from './stage.ts';
import { z } from 'zod';

const providerSchema = z.looseObject({ cloudProvider: z.string().default('gce') });

/**
 * The task that asks for a new server group, with what follows when its stage is cancelled afterwards: a pipeline of its own
 * takes back what was made, as the cluster is then. Whoever cancelled sees it among the executions.
 */
export function takenBackWhenCancelled<C>(
  task: TaskDefinition<C>,
  placeOf: (context: TaskContext<C>) => ClusterPlace,
  stage: PlannedStage,
  view: PlanView,
): TaskDefinition<C> {
  return {
    ...task,
    async onEnd(context) {
      const own = context.stages.find(({ id }) => id === context.stage.id);
      if (own?.status !== 'CANCELED') return;
      const place = placeOf(context);
      const { cloudProvider } = providerSchema.parse(stage.context);
      const creation = submittedOperation(stage.context) ?? (await submittedUnheard(context, cloudProvider));
      const stages = cancelledDeployStages(stage, view, place, creation);
      if (stages.length === 0) return;
      await context.ports.orca.orchestrate(
        {
          body: {
            application: view.application,
            name: `Take back the cancelled deploy of ${place.cluster} in ${place.region}`,
            stages: stages.map(({ type, name, context: settings }, index) => ({
              ...settings,
              type,
              name,
              refId: String(index + 1),
              requisiteStageRefIds: index === 0 ? [] : [String(index)],
            })),
            trigger: {
              type: 'pipeline',
              user: context.user,
              correlationId: context.key,
              parentExecutionId: context.executionId,
              parentPipelineStageId: context.stage.id,
              parentPipelineId: context.pipelineConfigId,
              parentPipelineName: context.pipeline,
              parentPipelineApplication: context.application,
            },
          },
        },
        { key: context.key, signal: context.signal, traceparent: context.traceparent, identity: context.identity },
      );
    },
  };
}
