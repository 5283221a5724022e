import { badRequest } from '@gennaker/contracts/error';
import type { GuardedResponse } from '@gennaker/extension-sdk/ports';
import type { TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import { bodyOf, firstMatch } from './json-path.ts';
import type { WebhookContext } from './schema.ts';

const TIMEOUT_MS = 30_000;

/** Makes the call. The idempotency key travels as a header, so that a repeat after a crash can be known. */
export async function createWebhook(task: TaskContext<WebhookContext>): Promise<TaskResult> {
  const { context } = task;
  const { url } = context;
  if (url === undefined)
    throw badRequest(`The webhook "${task.stage.name}" has no address`, { field: 'url', fix: 'give it one' });
  const body = payloadOf(context.method, context.payload);
  const response = await task.ports.http({
    url,
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
  const evidence = {
    url: masked(context, url),
    method: context.method,
    status,
    body: webhook['body'],
    headers: maskedHeaders(context),
  };
  const shown = masked(context, url);
  if (ok || status === 304) return accepted(context, url, response, webhook);
  const limit = context.retries?.[String(status)]?.maxAttempts;
  const made = (context.webhookAttempts?.[String(status)] ?? 0) + 1;
  const usual = context.webhookRetryStatusCodes.includes(status) || status === 429 || status >= 500;
  // A limit that was set for just this status says more than the lists.
  const again = limit === undefined ? usual && !context.failFastStatusCodes.includes(status) : made < limit;
  if (again)
    return {
      status: 'RUNNING',
      context: { webhook, webhookAttempts: { ...context.webhookAttempts, [status]: made } },
      wakeAfterMs: Math.min(1_000 * 2 ** Math.min(task.runs, 4), 10_000),
      reason: {
        summary: `${shown} answered ${status}${limit === undefined ? '' : ` (attempt ${made} of ${limit})`}`,
        evidence,
        next: 'it is called again',
      },
    };
  return {
    status: 'TERMINAL',
    context: { webhook: { ...webhook, error: `The webhook answered ${status}` } },
    reason: {
      summary: `${context.method} ${shown} answered ${status}${limit === undefined ? '' : `, ${made} times`}`,
      evidence,
      next: 'look at the answer, correct the address, the payload or the receiver',
    },
  };
}

function accepted(
  context: WebhookContext,
  url: string,
  response: GuardedResponse,
  webhook: Record<string, unknown>,
): TaskResult {
  const shown = masked(context, url);
  const outputs = { webhook };
  if (!context.waitForCompletion)
    return {
      status: 'SUCCEEDED',
      context: { webhook },
      outputs,
      reason: { summary: `${shown} answered ${response.status}` },
    };
  const found = context.statusEndpoint || statusEndpoint(context, url, response, webhook['body']);
  if (typeof found === 'string' && URL.canParse(found, url)) {
    const endpoint = new URL(found, url).href;
    return { status: 'SUCCEEDED', context: { webhook: { ...webhook, statusEndpoint: endpoint } }, outputs };
  }
  return {
    status: 'TERMINAL',
    context: { webhook },
    reason: {
      summary: `The answer of ${shown} names no status address (${context.statusUrlResolution})`,
      evidence: { statusUrlResolution: context.statusUrlResolution, path: context.statusUrlJsonPath, found },
      next: 'correct statusUrlResolution and statusUrlJsonPath, or switch waitForCompletion off',
    },
  };
}

function statusEndpoint(context: WebhookContext, url: string, response: GuardedResponse, body: unknown): unknown {
  switch (context.statusUrlResolution) {
    case 'getMethod':
      return url;
    case 'locationHeader':
      return response.headers['location'];
    case 'webhookResponse':
      return context.statusUrlJsonPath === undefined ? undefined : firstMatch(body, context.statusUrlJsonPath);
  }
}

/** A payload as it is sent; methods without a body send none. */
export function payloadOf(method: string, payload: unknown): string | undefined {
  if (payload === undefined || payload === null || method === 'GET' || method === 'HEAD') return undefined;
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/** A text for people: what the user's headers carry is taken out, as it is often a secret. */
export function masked(context: WebhookContext, text: string): string {
  let shown = text;
  for (const value of Object.values(headersOf(context))) if (value.length >= 8) shown = shown.replaceAll(value, '***');
  return shown.replace(/\/\/[^/@\s]+@/, '//***@');
}

function maskedHeaders(context: WebhookContext): Record<string, string> {
  return Object.fromEntries(Object.keys(headersOf(context)).map((name) => [name, '***']));
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
