import { badRequest } from '@gennaker/contracts/error';
import type { EventAnswer } from '@gennaker/contracts/echo';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Headers in which senders identify a delivery, so that its repeat is known. */
const DELIVERY = ['idempotency-key', 'x-github-delivery', 'x-gitlab-event-uuid', 'x-request-uuid'];
/** Headers that say more about an event than its body. */
const KEPT = ['x-hub-signature', 'x-hub-signature-256', 'x-event-key', 'x-github-event', 'x-gitlab-event'];

/** Events that only somebody who is logged in, or another way in that checks its senders, may bring. */
const NOT_FROM_OUTSIDE = ['manual', 'jenkins'];

/** A webhook's body: a JSON object, or nothing. @throws ServiceError 400 */
function webhookBody(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw badRequest(`The webhook's body is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      field: 'body',
      fix: 'send a JSON object',
    });
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw badRequest("The webhook's body is no JSON object", { field: 'body', fix: 'wrap it: {"payload": ...}' });
  return body as Record<string, unknown>;
}

/**
 * Hands a webhook to echo; the answer tells for each pipeline what it did, and why.
 * @throws ServiceError 400 for a type that does not come as a webhook, and for a body that is no JSON object
 */
export function takeWebhook(
  gate: Gate,
  target: { readonly type: string; readonly source: string },
  bytes: Uint8Array,
  headers: Headers,
  options: CallOptions,
): Promise<EventAnswer> {
  if (NOT_FROM_OUTSIDE.includes(target.type.toLowerCase()))
    throw badRequest(`Events of type "${target.type}" are not taken as webhooks`, {
      field: 'type',
      fix: 'post to /webhooks/webhook/{source}; start a pipeline by hand at /pipelines/{application}/{name}',
    });
  const content = webhookBody(bytes);
  const delivery = DELIVERY.map((name) => headers[name]).find((value) => value !== undefined && value !== '');
  const key = `webhook:${target.type}:${target.source}:${delivery ?? crypto.randomUUID()}`;
  const kept = KEPT.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return gate.echo.post(
    {
      body: { key, type: target.type, source: target.source, content, headers: Object.fromEntries(kept) },
    },
    { ...options, key },
  );
}
