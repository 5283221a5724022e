import { badRequest } from '@gennaker/contracts/error';
import { nextRuns, quartzSchedule } from '@gennaker/extension-sdk/quartz-schedule';

const SHOWN = 5;

/**
 * What a schedule means and when it runs next, seen from `now`, epoch milliseconds.
 * @throws ServiceError 400 naming `expression` or `timezone`; also for a schedule that never runs
 */
export function validateCron(
  query: {
    readonly expression: string;
    readonly timezone?: string | undefined;
    readonly triggerId?: string | undefined;
  },
  timeZone: string,
  now: number,
) {
  const schedule = quartzSchedule(query.expression, {
    timeZone: query.timezone || timeZone,
    spreadBy: query.triggerId ?? '',
  });
  const next = nextRuns(schedule, now, SHOWN);
  if (next.length === 0)
    throw badRequest(`"${query.expression}" never runs from now on: ${schedule.meaning}`, {
      field: 'expression',
      fix: 'choose a day that there is, or a year to come',
    });
  return { response: 'The expression is valid', description: schedule.meaning, timezone: schedule.timeZone, next };
}
