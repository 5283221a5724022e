import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { pipelineTriggerSchema } from './schema.ts';

/** What the event of an execution's end holds. */
const contentSchema = z.looseObject({
  executionId: z.string(),
  application: z.string(),
  pipelineId: z.string(),
  pipeline: z.string(),
  status: z.string(),
  dryRun: z.boolean().optional(),
  artifacts: z.array(z.looseObject({})).default([]),
});

/** Statuses of executions in a trigger's words; any other end is a failure. */
const ENDS: Readonly<Record<string, z.infer<typeof pipelineTriggerSchema>['status'][number]>> = {
  SUCCEEDED: 'successful',
  CANCELED: 'canceled',
  SUSPENDED: 'suspended',
};
const endOf = (status: string) => ENDS[status] ?? 'failed';

/** Another pipeline: its execution ended in one of the ways that the trigger lists. */
export default defineTrigger({
  type: 'pipeline',
  label: 'Pipeline',
  description: 'When an execution of another pipeline has ended',
  eventTypes: ['pipeline'],
  schema: pipelineTriggerSchema,
  examples: [
    {
      type: 'pipeline',
      enabled: true,
      application: 'shop',
      pipeline: '8a2f6a5e-3a9c-4c55-9a53-0f4e0c6f5b11',
      status: ['successful'],
    },
  ],
  match(trigger, event) {
    const end = contentSchema.parse(event.content);
    const ended = `execution ${end.executionId} of "${end.pipeline}" ended with ${end.status}`;
    if (trigger.pipeline !== end.pipelineId)
      return {
        matches: false,
        elsewhere: true,
        reason: { summary: `its pipeline is ${trigger.pipeline}; ${ended}, a pipeline with the id ${end.pipelineId}` },
      };
    const how = endOf(end.status);
    if (!trigger.status.includes(how))
      return { matches: false, reason: { summary: `${ended}, and it wants ${trigger.status.join(' or ')}` } };
    return { matches: true, reason: { summary: ended } };
  },
  toTrigger(trigger, event) {
    const end = contentSchema.parse(event.content);
    const dryRun = trigger.dryRun ?? end.dryRun;
    return executionTriggerSchema.parse({
      ...trigger,
      parentExecutionId: end.executionId,
      parentPipelineId: end.pipelineId,
      parentPipelineName: end.pipeline,
      parentPipelineApplication: end.application,
      ...(dryRun === undefined ? {} : { dryRun }),
      artifacts: end.artifacts,
    });
  },
});
