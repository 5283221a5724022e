import type { TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import { answerOf, headersOf } from './create-webhook.ts';
import { firstMatch } from './json-path.ts';
import type { WebhookContext } from './schema.ts';

const TIMEOUT_MS = 30_000;
const FIRST_MINUTE_MS = 60_000;

/** Asks the status address until it says that the work is over. */
export async function monitorWebhook(task: TaskContext<WebhookContext>): Promise<TaskResult> {
  const { context } = task;
  const url = context.webhook?.statusEndpoint;
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
  const monitor: Record<string, unknown> = { ...answer };
  const result = (status: TaskResult['status'], summary: string): TaskResult => {
    const webhook = { ...context.webhook, monitor };
    const evidence = { url, status: response.status, body: answer['body'] };
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
      ? result('RUNNING', `${url} answered ${response.status}; it is asked again`)
      : result('TERMINAL', `The status address ${url} answered ${response.status}`);
  }
  if (context.progressJsonPath !== undefined) {
    const progress = firstMatch(answer['body'], context.progressJsonPath);
    if (typeof progress === 'number') monitor['percentComplete'] = progress;
    else if (progress !== undefined)
      monitor['progressMessage'] = typeof progress === 'string' ? progress : JSON.stringify(progress);
  }
  if (!context.statusJsonPath) return result('SUCCEEDED', `${url} answered ${response.status}`);
  const value = firstMatch(answer['body'], context.statusJsonPath);
  monitor['resolvedValue'] = value;
  if (value === undefined)
    return result('RUNNING', `The answer of ${url} has nothing at ${context.statusJsonPath} yet`);
  if (typeof value === 'number') {
    monitor['percentComplete'] = value;
    return value >= 100 ? result('SUCCEEDED', `${url} says 100%`) : result('RUNNING', `${url} says ${value}%`);
  }
  return byStatus(String(value));

  function byStatus(text: string): TaskResult {
    const among = (list: readonly string[] | undefined): boolean =>
      (list ?? []).some((word) => word.toLowerCase() === text.toLowerCase());
    if (among(context.successStatuses)) return result('SUCCEEDED', `${url} says ${text}`);
    if (among(context.canceledStatuses)) return result('CANCELED', `${url} says ${text}, which means cancelled`);
    if (among(context.terminalStatuses)) return result('TERMINAL', `${url} says ${text}, which means failed`);
    return result('RUNNING', `${url} says ${text}`);
  }
}

/** Every second in the first minute, every 15 s after it, as Orca. */
function pauseMs(task: TaskContext<WebhookContext>): number {
  return task.now - task.taskStartTime < FIRST_MINUTE_MS ? 1_000 : 15_000;
}
