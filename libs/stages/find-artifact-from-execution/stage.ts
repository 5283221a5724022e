import { bindProduced } from '@gennaker/extension-sdk/bind-produced';
import { callOptions, findPipeline } from '@gennaker/extension-sdk/child-pipeline';
import { artifactsOfExecution } from '@gennaker/extension-sdk/execution-artifacts';
import { defineStage, type TaskResult } from '@gennaker/extension-sdk/stage';
import { findArtifactFromExecutionSchema } from './schema.ts';

const STATUSES = {
  successful: ['SUCCEEDED'],
  terminal: ['TERMINAL', 'STOPPED', 'FAILED_CONTINUE'],
  running: ['RUNNING', 'PAUSED', 'NOT_STARTED'],
} as const;

/** Finds the artifacts that it expects in the newest execution of another pipeline. */
export default defineStage({
  type: 'findArtifactFromExecution',
  label: 'Find artifacts from execution',
  description: 'Binds artifacts of the newest execution of another pipeline',
  schema: findArtifactFromExecutionSchema,
  examples: [
    {
      pipeline: 'Build',
      executionOptions: { successful: true },
      expectedArtifacts: [{ id: 'image', matchArtifact: { type: 'docker/image', name: 'registry/shop' } }],
    },
  ],
  runsInDryRun: true,
  tasks: () => [
    {
      name: 'findArtifactFromExecution',
      async run(task): Promise<TaskResult> {
        const { context } = task;
        const application = context.application || task.application;
        const { id, name } = await findPipeline(task, { application, pipeline: context.pipeline, field: 'pipeline' });
        const options = context.executionOptions ?? { successful: true };
        const kinds = (['successful', 'terminal', 'running'] as const).filter(
          (kind) => String(options[kind]) === 'true',
        );
        const statuses = kinds.flatMap((kind) => STATUSES[kind]);
        const query = {
          pipelineConfigIds: id ?? '',
          limit: 2,
          ...(statuses.length > 0 && { statuses: statuses.join(',') }),
        };
        const found = await task.ports.orca.listExecutions({ query }, callOptions(task));
        const newest = found.find((one) => one.id !== task.executionId);
        if (!newest)
          return {
            status: 'TERMINAL',
            reason: {
              summary: `"${name}" has no execution that ${statuses.length > 0 ? `is ${statuses.join(' or ')}` : 'could be looked at'}`,
              next: 'run that pipeline first, or let other executions count',
            },
          };
        const execution = await task.ports.orca.getExecution({ params: { id: newest.id } }, callOptions(task));
        const result = bindProduced(context.expectedArtifacts, artifactsOfExecution(execution));
        const summary = `${result.reason?.summary ?? ''} (execution ${newest.id} of "${name}")`;
        return {
          ...result,
          reason: { ...result.reason, summary, evidence: { ...result.reason?.evidence, executionId: newest.id } },
        };
      },
    },
  ],
});
