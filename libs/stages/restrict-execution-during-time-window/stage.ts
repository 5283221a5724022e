import { defineStage, type TaskContext, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { DEFAULT_ZONE, jitterSeconds, nextOpening } from './opening.ts';
import { type TimeWindow, timeWindowSchema } from './schema.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Holds the stage that it belongs to back until that may run; a person may let it go at once. */
export default defineStage({
  type: 'restrictExecutionDuringTimeWindow',
  label: 'Restrict execution during time window',
  description: 'Waits until a window of days and hours opens',
  schema: timeWindowSchema,
  examples: [
    {
      restrictedExecutionWindow: {
        days: [2, 3, 4, 5, 6],
        whitelist: [{ startHour: 9, startMin: 0, endHour: 17, endMin: 30 }],
        timezone: 'Europe/Berlin',
        jitter: { enabled: true, skipManual: true, minDelay: 0, maxDelay: 600 },
      },
    },
  ],
  canManuallySkip: true,
  runsInDryRun: true,
  tasks: ({ context }, { trigger }): readonly TaskDefinition<TimeWindow>[] => {
    const parsed = timeWindowSchema.safeParse(context);
    const jitter = parsed.success ? parsed.data.restrictedExecutionWindow.jitter : undefined;
    const jitters = jitter?.enabled === true && !(jitter.skipManual && trigger.type === 'manual');
    return [
      // It opens within a week, unless it never does: then the task says so.
      { name: 'suspendExecutionDuringTimeWindow', timeoutMs: 2 * WEEK_MS, run: suspend },
      ...(jitters ? [{ name: 'waitForJitter', run: waitForJitter }] : []),
    ];
  },
  onPatch: (_stage, patch, { by }) =>
    patch['skipRemainingWait'] === true || patch['manualSkip'] === true ? { ...patch, skippedBy: by.user } : patch,
  prepareForRestart: ({ context }) => {
    const { skippedBy: _by, skipReason: _why, scheduledTime: _when, ...rest } = context;
    return { context: rest };
  },
});

function skipped(context: TimeWindow): TaskResult {
  const why = context.skipReason ? `: ${context.skipReason}` : '';
  return {
    status: 'SUCCEEDED',
    reason: { summary: `${context.skippedBy ?? 'A person'} let it go before its window${why}` },
  };
}

async function suspend({ context, now }: TaskContext<TimeWindow>): Promise<TaskResult> {
  if (context.skipRemainingWait) return skipped(context);
  const window = context.restrictedExecutionWindow;
  const zone = window.timezone ?? DEFAULT_ZONE;
  const opens = nextOpening(window, now);
  if (opens <= now)
    return {
      status: 'SUCCEEDED',
      context: { scheduledTime: now },
      reason: { summary: 'Its execution window is open', evidence: { window, zone } },
    };
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(opens);
  return {
    status: 'RUNNING',
    context: { scheduledTime: opens },
    wakeAfterMs: opens - now,
    exact: true,
    reason: {
      summary: `Waits for its execution window, which opens ${local} (${zone})`,
      evidence: { opens, zone, window },
      next: 'goes on by itself; skipping the wait lets it go now',
    },
  };
}

async function waitForJitter(task: TaskContext<TimeWindow>): Promise<TaskResult> {
  const { context, now, taskStartTime } = task;
  if (context.skipRemainingWait) return skipped(context);
  const { jitter } = context.restrictedExecutionWindow;
  const seconds = jitter ? jitterSeconds(jitter, task.key) : 0;
  const until = taskStartTime + seconds * 1000;
  if (now >= until) return { status: 'SUCCEEDED' };
  return {
    status: 'RUNNING',
    context: { scheduledTime: until },
    wakeAfterMs: until - now,
    exact: true,
    reason: {
      summary: `Waits ${seconds} s more, so that not everything starts as the window opens`,
      evidence: { until, jitter },
      next: 'goes on by itself',
    },
  };
}
