import type { TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import { ServiceError } from '@gennaker/contracts/error';
import { answerOf, headersOf, masked, payloadOf } from './create-webhook.ts';
import { firstMatch } from './json-path.ts';
import type { WebhookContext } from './schema.ts';

const TIMEOUT_MS = 30_000;
const FIRST_MINUTE_MS = 60_000;
/** Answers that are remembered. */
const PAST_CODES = 50;

/** Asks the status address until it says that the work is over. */
export async function monitorWebhook(task: TaskContext<WebhookContext>): Promise<TaskResult> {
  const { context } = task;
  const url =
    context.webhook?.statusEndpoint ?? context.statusEndpoint ?? (context.monitorOnly ? context.url : undefined);
  if (url === undefined)
    return { status: 'TERMINAL', reason: { summary: 'The webhook left no status address to watch' } };
  const response = await task.ports.http({
    url,
    method: 'GET',
    headers: { traceparent: task.traceparent, ...headersOf(context) },
    timeoutMs: TIMEOUT_MS,
    signal: task.signal,
  });
  const answer = answerOf(response);
  const shown = masked(context, url);
  const before = context.webhook?.['monitor'] as { pastStatusCodes?: readonly number[] } | undefined;
  const past = [...(before?.pastStatusCodes ?? []), response.status].slice(-PAST_CODES);
  const monitor: Record<string, unknown> = { ...answer, pastStatusCodes: past };
  const result = (status: TaskResult['status'], summary: string): TaskResult => {
    const webhook = { ...context.webhook, monitor };
    const evidence = { url: shown, status: response.status, body: answer['body'] };
    return {
      status,
      context: { webhook },
      ...(status === 'RUNNING' ? { wakeAfterMs: pauseMs(task) } : { outputs: { webhook } }),
      reason: { summary, evidence },
    };
  };
  if (response.status < 200 || response.status >= 300) {
    const again =
      context.retryStatusCodes.includes(response.status) || response.status === 404 || response.status >= 429;
    return again
      ? result('RUNNING', `${shown} answered ${response.status}; it is asked again`)
      : result('TERMINAL', `The status address ${shown} answered ${response.status}`);
  }
  if (context.progressJsonPath !== undefined) {
    const progress = firstMatch(answer['body'], context.progressJsonPath);
    if (typeof progress === 'number') monitor['percentComplete'] = progress;
    else if (progress !== undefined)
      monitor['progressMessage'] = typeof progress === 'string' ? progress : JSON.stringify(progress);
  }
  if (!context.statusJsonPath) return result('SUCCEEDED', `${shown} answered ${response.status}`);
  const value = firstMatch(answer['body'], context.statusJsonPath);
  monitor['resolvedValue'] = value;
  if (value === undefined)
    return result('RUNNING', `The answer of ${shown} has nothing at ${context.statusJsonPath} yet`);
  if (typeof value === 'number') {
    monitor['percentComplete'] = value;
    return value >= 100 ? result('SUCCEEDED', `${shown} says 100%`) : result('RUNNING', `${shown} says ${value}%`);
  }
  return byStatus(String(value));

  function byStatus(text: string): TaskResult {
    const among = (list: readonly string[] | undefined): boolean =>
      (list ?? []).some((word) => word.toLowerCase() === text.toLowerCase());
    if (among(context.successStatuses)) return result('SUCCEEDED', `${shown} says ${text}`);
    if (among(context.canceledStatuses)) return result('CANCELED', `${shown} says ${text}, which means cancelled`);
    if (among(context.terminalStatuses)) return result('TERMINAL', `${shown} says ${text}, which means failed`);
    return result('RUNNING', `${shown} says ${text}`);
  }
}

/** Every second in the first minute, every 15 s after it, as Orca. */
function pauseMs(task: TaskContext<WebhookContext>): number {
  return task.now - task.taskStartTime < FIRST_MINUTE_MS ? 1_000 : 15_000;
}

/** Waits as long as the pipeline says before the first look. */
export async function waitBeforeMonitor(task: TaskContext<WebhookContext>): Promise<TaskResult> {
  const seconds = task.context.waitBeforeMonitor ?? 0;
  const until = task.taskStartTime + seconds * 1000;
  if (task.now >= until) return { status: 'SUCCEEDED' };
  return {
    status: 'RUNNING',
    wakeAfterMs: until - task.now,
    exact: true,
    reason: {
      summary: `Waits ${seconds} s before it looks at the status address`,
      evidence: { until },
      next: 'goes on by itself',
    },
  };
}

/**
 * Tells the receiver that the stage was cancelled, where that is wanted.
 * @throws ServiceError 502 when it did not take the call: it is made again
 */
export async function signalCancellation(task: TaskContext<WebhookContext>): Promise<void> {
  const { context } = task;
  if (!context.signalCancellation || !context.cancelEndpoint) return;
  const method = context.cancelMethod ?? 'POST';
  const body = payloadOf(method, context.cancelPayload);
  const { status } = await task.ports.http({
    url: context.cancelEndpoint,
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'idempotency-key': task.key,
      traceparent: task.traceparent,
      ...headersOf(context),
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: TIMEOUT_MS,
    signal: task.signal,
  });
  if (status === 429 || status >= 500)
    throw new ServiceError(502, `${masked(context, context.cancelEndpoint)} answered ${status} to the cancellation`);
}
