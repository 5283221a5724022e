import { ServiceError } from '@gennaker/contracts/error';
import type { JsonObject, TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import { choicesOf, type ManualJudgmentContext, rolesOf } from './schema.ts';

const MINUTE_MS = 60_000;

/** Looks whether there is an answer; without one, waits until there is, until the next reminder, or until the deadline. */
export async function waitForJudgment(task: TaskContext<ManualJudgmentContext>): Promise<TaskResult> {
  const { context, now } = task;
  const answer = context.judgmentStatus?.toLowerCase();
  if (answer === 'continue' || answer === 'stop') return answered(context, answer);
  const deadline = deadlineOf(context, task.taskStartTime);
  if (deadline !== undefined && now >= deadline) return silent(context, deadline);
  const reminded = remind(context, now);
  const next = Math.min(deadline ?? Infinity, reminded.next);
  return {
    status: 'RUNNING',
    ...(reminded.context ? { context: reminded.context } : {}),
    ...(next === Infinity ? {} : { wakeAfterMs: next - now, exact: true }),
    reason: waiting(task, deadline),
  };
}

function answered(context: ManualJudgmentContext, answer: 'continue' | 'stop'): TaskResult {
  const several = context.approvals.length > 1;
  const by = several
    ? context.approvals.map(({ user }) => user).join(', ')
    : (context.lastModifiedBy ?? context.approvals[0]?.user ?? 'somebody');
  const chosen = context.judgmentInput === undefined ? '' : ` (${context.judgmentInput})`;
  const said = context.judgmentComment ? `: ${context.judgmentComment}` : '';
  const evidence = {
    judge: context.lastModifiedBy ?? by,
    judgmentStatus: answer,
    judgmentInput: context.judgmentInput,
    judgmentComment: context.judgmentComment,
    approvals: context.approvals,
  };
  if (answer === 'continue')
    return {
      status: 'SUCCEEDED',
      outputs: { ...(context.judgmentInput === undefined ? {} : { judgmentInput: context.judgmentInput }) },
      reason: { summary: `Approved by ${by}${chosen}${said}`, evidence },
    };
  return {
    status: 'TERMINAL',
    reason: {
      summary: `Stopped by ${context.lastModifiedBy ?? 'somebody'}${chosen}${said}`,
      evidence,
      next: 'start the pipeline again when it is right',
    },
  };
}

function silent(context: ManualJudgmentContext, deadline: number): TaskResult {
  const goesOn = context.onDeadline === 'continue';
  const at = new Date(deadline).toISOString();
  const some = context.approvals.length;
  const who = some === 0 ? 'Nobody' : `Only ${some} of ${context.requiredApprovals} people`;
  return {
    status: goesOn ? 'SUCCEEDED' : 'TERMINAL',
    context: { judgedByDeadline: context.onDeadline },
    reason: {
      summary: `${who} answered by ${at}, which means ${goesOn ? 'to go on' : 'to stop'}`,
      evidence: { deadline, onDeadline: context.onDeadline, approvals: context.approvals },
      ...(goesOn ? {} : { next: 'restart the stage to ask again' }),
    },
  };
}

/**
 * When the time to answer is over, epoch ms; undefined: never.
 * @throws ServiceError 422 for a deadline that is no time
 */
function deadlineOf(context: ManualJudgmentContext, asked: number): number | undefined {
  const limits: number[] = [];
  if (context.judgmentTimeoutMs !== undefined) limits.push(asked + context.judgmentTimeoutMs);
  const { deadline } = context;
  if (deadline !== undefined) {
    const minutes = Number(deadline);
    const at = Number.isFinite(minutes) ? asked + minutes * MINUTE_MS : Date.parse(String(deadline));
    if (Number.isNaN(at))
      throw new ServiceError(422, `The deadline "${deadline}" is no time`, {
        field: 'deadline',
        fix: 'give minutes, or a moment such as 2030-01-31T12:00:00Z',
      });
    limits.push(at);
  }
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Notes which notifications are due, and when the next one is. */
function remind(context: ManualJudgmentContext, now: number): { next: number; context?: JsonObject } {
  const all = context.notifications ?? [];
  const wanted = context.sendNotifications === true || context.notifyEveryMs !== undefined;
  if (!wanted || all.length === 0) return { next: Infinity };
  let next = Infinity;
  let sent = false;
  let again = false;
  const notifications = all.map((notification) => {
    if (notification.when !== undefined && !notification.when.includes('manualJudgment')) return notification;
    const every = notification.notifyEveryMs || context.notifyEveryMs;
    const states = notification['lastNotifiedByNotificationState'] as JsonObject | undefined;
    const last = Number(states?.['manualJudgment'] ?? Number.NaN);
    const due = Number.isNaN(last) || (every !== undefined && now - last >= every);
    if (every !== undefined) next = Math.min(next, (due ? now : last) + every);
    if (!due) return notification;
    sent = true;
    again ||= !Number.isNaN(last);
    return { ...notification, lastNotifiedByNotificationState: { ...states, manualJudgment: now } };
  });
  if (!sent) return { next };
  return { next, context: { notifications, reminders: (context.reminders ?? 0) + (again ? 1 : 0) } };
}

function waiting(
  task: TaskContext<ManualJudgmentContext>,
  deadline: number | undefined,
): NonNullable<TaskResult['reason']> {
  const { context, application } = task;
  const choices = choicesOf(context.judgmentInputs);
  const roles = rolesOf(context);
  const { requiredApprovals, approvals, allowSelfApproval } = context;
  const who = roles.length > 0 ? `somebody of ${roles.join(', ')}` : `a member of ${application}`;
  const count =
    requiredApprovals > 1
      ? `; ${approvals.length} of ${requiredApprovals} have (${approvals.map(({ user }) => user).join(', ') || 'nobody yet'})`
      : '';
  return {
    summary: `Waiting for ${who} to approve${count}`,
    evidence: {
      ...(context.instructions ? { instructions: context.instructions } : {}),
      ...(choices.length > 0 ? { choices } : {}),
      ...(roles.length > 0 ? { roles } : {}),
      ...(requiredApprovals > 1 ? { requiredApprovals, approvals } : {}),
      ...(allowSelfApproval ? {} : { allowSelfApproval }),
      ...(deadline === undefined ? {} : { deadline, onDeadline: context.onDeadline }),
    },
    next:
      deadline === undefined
        ? 'approve or stop it; unanswered, it fails after its timeout (3 days unless set)'
        : `approve or stop it; at ${new Date(deadline).toISOString()} it ${context.onDeadline === 'continue' ? 'goes on' : 'stops'} by itself`,
  };
}
