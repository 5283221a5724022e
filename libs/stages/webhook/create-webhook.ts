import type { GuardedResponse } from '@gennaker/extension-sdk/ports';
import type { TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import { bodyOf, firstMatch } from './json-path.ts';
import type { WebhookContext } from './schema.ts';

const TIMEOUT_MS = 30_000;

/** Makes the call. The idempotency key travels as a header, so that a repeat after a crash can be known. */
export async function createWebhook(task: TaskContext<WebhookContext>): Promise<TaskResult> {
  const { context } = task;
  const body = payloadOf(context);
  const response = await task.ports.http({
    url: context.url,
    method: context.method,
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
  const webhook = answerOf(response);
  const { status } = response;
  const ok = status >= 200 && status < 300;
  const evidence = { url: context.url, method: context.method, status, body: webhook['body'] };
  if (ok || status === 304) return accepted(context, response, webhook);
  const again = context.webhookRetryStatusCodes.includes(status) || status === 429 || status >= 500;
  if (again && !context.failFastStatusCodes.includes(status))
    return {
      status: 'RUNNING',
      context: { webhook },
      wakeAfterMs: Math.min(1_000 * 2 ** Math.min(task.runs, 4), 10_000),
      reason: { summary: `${context.url} answered ${status}`, evidence, next: 'it is called again' },
    };
  return {
    status: 'TERMINAL',
    context: { webhook: { ...webhook, error: `The webhook answered ${status}` } },
    reason: {
      summary: `${context.method} ${context.url} answered ${status}`,
      evidence,
      next: 'look at the answer, correct the address, the payload or the receiver',
    },
  };
}

function accepted(context: WebhookContext, response: GuardedResponse, webhook: Record<string, unknown>): TaskResult {
  const outputs = { webhook };
  if (!context.waitForCompletion)
    return {
      status: 'SUCCEEDED',
      context: { webhook },
      outputs,
      reason: { summary: `${context.url} answered ${response.status}` },
    };
  const found = statusEndpoint(context, response, webhook['body']);
  if (typeof found === 'string' && URL.canParse(found, context.url)) {
    const endpoint = new URL(found, context.url).href;
    return { status: 'SUCCEEDED', context: { webhook: { ...webhook, statusEndpoint: endpoint } }, outputs };
  }
  return {
    status: 'TERMINAL',
    context: { webhook },
    reason: {
      summary: `The answer of ${context.url} names no status address (${context.statusUrlResolution})`,
      evidence: { statusUrlResolution: context.statusUrlResolution, path: context.statusUrlJsonPath, found },
      next: 'correct statusUrlResolution and statusUrlJsonPath, or switch waitForCompletion off',
    },
  };
}

function statusEndpoint(context: WebhookContext, response: GuardedResponse, body: unknown): unknown {
  switch (context.statusUrlResolution) {
    case 'getMethod':
      return context.url;
    case 'locationHeader':
      return response.headers['location'];
    case 'webhookResponse':
      return context.statusUrlJsonPath === undefined ? undefined : firstMatch(body, context.statusUrlJsonPath);
  }
}

function payloadOf(context: WebhookContext): string | undefined {
  if (context.payload === undefined || context.payload === null) return undefined;
  if (context.method === 'GET' || context.method === 'HEAD') return undefined;
  return typeof context.payload === 'string' ? context.payload : JSON.stringify(context.payload);
}

/** The user's headers as texts, names in lower case. */
export function headersOf(context: WebhookContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context.customHeaders ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}

/** An answer as the stage's context keeps it. */
export function answerOf(response: GuardedResponse): Record<string, unknown> {
  return {
    statusCode: response.status,
    statusCodeValue: response.status,
    headers: response.headers,
    body: bodyOf(response.body.slice(0, 262_144)),
  };
}
