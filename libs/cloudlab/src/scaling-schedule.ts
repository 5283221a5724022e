import { Cron } from 'croner';

/** When a group is to have at least so many instances, again and again. */
export interface ScalingSchedule {
  readonly minRequiredReplicas: number;
  /** Start times: cron with five fields (minute, hour, day, month, weekday), and a year as a sixth where wanted. */
  readonly schedule: string;
  /** IANA name, e.g. `Europe/Berlin`: in whose wall-clock time the start times are meant. */
  readonly timeZone: string;
  readonly durationSec: number;
  readonly disabled: boolean;
}

/** What a schedule does at a moment, in the API's words. */
export interface ScalingScheduleStatus {
  /** OBSOLETE: it never starts again. */
  readonly state: 'ACTIVE' | 'READY' | 'DISABLED' | 'OBSOLETE';
  /** RFC 3339. */
  readonly lastStartTime?: string;
  readonly nextStartTime?: string;
}

/** What is wrong with a schedule's times, as a sentence; undefined: nothing. */
export function scheduleProblem({ schedule, timeZone }: Pick<ScalingSchedule, 'schedule' | 'timeZone'>) {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return `timeZone '${timeZone}' is not the IANA name of a time zone, such as Europe/Berlin`;
  }
  const fields = fieldsOf(schedule).length;
  if (fields !== 5 && fields !== 6)
    return `schedule '${schedule}' must have the five fields minute, hour, day, month and weekday, or a year as the sixth`;
  try {
    startsOf({ schedule, timeZone });
    return undefined;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '').replace(/\.$/, '') : String(cause);
    return `schedule '${schedule}' cannot be read: ${why}`;
  }
}

/** What a schedule does at a moment. @param now milliseconds since the epoch */
export function scheduleStatus(schedule: ScalingSchedule, now: number): ScalingScheduleStatus {
  const starts = startsOf(schedule);
  // A start at this very moment has begun.
  const last = starts.previousRuns(1, new Date(now + 1))[0];
  const next = starts.nextRun(new Date(now)) ?? undefined;
  const times = {
    ...(last === undefined ? {} : { lastStartTime: last.toISOString() }),
    ...(next === undefined ? {} : { nextStartTime: next.toISOString() }),
  };
  if (schedule.disabled) return { state: 'DISABLED', ...times };
  if (last !== undefined && now < last.getTime() + schedule.durationSec * 1000) return { state: 'ACTIVE', ...times };
  return { state: next === undefined ? 'OBSOLETE' : 'READY', ...times };
}

const fieldsOf = (schedule: string): string[] => schedule.trim().split(/\s+/);

function startsOf({ schedule, timeZone }: Pick<ScalingSchedule, 'schedule' | 'timeZone'>): Cron {
  const fields = fieldsOf(schedule);
  const withYear = fields.length === 6;
  return new Cron(withYear ? `0 ${fields.join(' ')}` : fields.join(' '), {
    timezone: timeZone,
    mode: withYear ? '7-part' : '5-part',
    paused: true,
  });
}
