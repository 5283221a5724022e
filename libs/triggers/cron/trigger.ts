import { ServiceError } from '@gennaker/contracts/error';
import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { quartzSchedule } from '@gennaker/extension-sdk/quartz-schedule';
import { defineTrigger, type TriggerProblem } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { cronTriggerSchema } from './schema.ts';

/** What the scheduler puts into a run's event. */
const contentSchema = z.looseObject({
  pipelineId: z.string(),
  triggerId: z.string(),
  cronExpression: z.string(),
  timezone: z.string(),
  scheduledTime: z.number(),
});

/** A schedule: the run is one of this trigger's, as it stands now. */
export default defineTrigger({
  type: 'cron',
  label: 'Schedule',
  description: 'At the times of a schedule',
  eventTypes: ['cron'],
  schema: cronTriggerSchema,
  examples: [
    { type: 'cron', enabled: true, cronExpression: '0 0 10 ? * MON-FRI' },
    {
      type: 'cron',
      enabled: true,
      cronExpression: '0 H 2 L * ?',
      timezone: 'Europe/Berlin',
      parameters: { scope: 'full' },
    },
  ],
  problems(config, now) {
    const expression = typeof config['cronExpression'] === 'string' ? config['cronExpression'].trim() : '';
    if (expression === '')
      return [
        {
          field: 'cronExpression',
          message: 'a schedule needs its times',
          fix: 'write, for example, 0 0 10 ? * MON-FRI, or set "enabled": false',
        },
      ];
    const timeZone = typeof config['timezone'] === 'string' ? config['timezone'].trim() : '';
    return scheduleProblems(expression, timeZone === '' ? 'UTC' : timeZone, now);
  },
  pipelineOf: (event) => contentSchema.safeParse(event.content).data?.pipelineId,
  match(trigger, event) {
    const run = contentSchema.parse(event.content);
    if ((trigger.id ?? '').trim() !== run.triggerId)
      return { matches: false, elsewhere: true, reason: { summary: 'the run is of another schedule of the pipeline' } };
    if (trigger.cronExpression !== run.cronExpression || (trigger.timezone && trigger.timezone !== run.timezone))
      return {
        matches: false,
        reason: {
          summary: `the schedule was changed: the run is of "${run.cronExpression}" in ${run.timezone}`,
          evidence: { cronExpression: trigger.cronExpression, timezone: trigger.timezone ?? null },
        },
      };
    const at = new Date(run.scheduledTime).toISOString();
    return { matches: true, reason: { summary: `it is ${at}, a time of "${run.cronExpression}" in ${run.timezone}` } };
  },
  toTrigger(trigger, event) {
    const { scheduledTime, timezone } = contentSchema.parse(event.content);
    return executionTriggerSchema.parse({ ...trigger, timezone, scheduledTime });
  },
});

function scheduleProblems(expression: string, timeZone: string, now: number): TriggerProblem[] {
  try {
    const schedule = quartzSchedule(expression, { timeZone, spreadBy: '' });
    if (schedule.next(now) !== undefined) return [];
    return [
      {
        field: 'cronExpression',
        message: `"${expression}" never runs from now on: ${schedule.meaning}`,
        fix: 'choose a day that there is, or a year to come; or set "enabled": false',
      },
    ];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { field, fix } = error.details;
    return [{ field: field === 'timezone' ? 'timezone' : 'cronExpression', message: error.message, fix: fix ?? '' }];
  }
}
