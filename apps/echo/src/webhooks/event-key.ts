import { createHash } from 'node:crypto';
import type { WebhookReading } from '@gennaker/extension-sdk/trigger';
import type { Proof } from './sender-proof.ts';

/**
 * Headers in which senders identify a delivery: anybody, GitHub, GitLab, Bitbucket Cloud and Server, Nexus, CloudEvents.
 * Each source of CloudEvents counts for itself. Proxies put an X-Request-Id too, so that only Bitbucket's is believed.
 */
const DELIVERY: readonly (readonly string[])[] = [
  ['idempotency-key'],
  ['x-github-delivery'],
  ['x-gitlab-event-uuid'],
  ['x-request-uuid'],
  ['x-event-key', 'x-request-id'],
  ['x-nexus-webhook-delivery'],
  ['ce-source', 'ce-id'],
];
/** Headers that make another event of the same body. */
const KINDS = ['x-github-event', 'x-gitlab-event', 'x-event-key'];
const LONGEST = 300;

type Headers = Readonly<Record<string, string>>;

function deliveryOf(headers: Headers): string | undefined {
  for (const names of DELIVERY) {
    const values = names.map((name) => headers[name]?.trim() ?? '');
    if (values.every((value) => value !== '')) return values.join(' ');
  }
  return undefined;
}

function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 40);
}

/**
 * What a webhook is known by: delivered again, it starts nothing twice. Undefined: its sender tells deliveries apart in no
 * way, so that each counts. Where the type knows its events by their content and the body is signed, the bytes and the
 * signature identify it: a copy under another delivery id is the same event. In any other case what was shown as proof is
 * part of the key. Either way a forged delivery cannot take the place of the real one.
 */
export function webhookKey(
  target: { readonly type: string; readonly source: string },
  { headers, bytes }: { readonly headers: Headers; readonly bytes: Uint8Array },
  reading: WebhookReading,
  proof: Proof | undefined,
): string | undefined {
  const prefix = `webhook:${target.type}:${target.source}`;
  const kind = KINDS.map((name) => headers[name] ?? '')
    .join(' ')
    .trim();
  if (proof?.kind === 'signature' && reading.identity !== undefined)
    return `${prefix}:signed:${digest(JSON.stringify([kind, proof.digest, digest(bytes)]))}`;
  const delivery = deliveryOf(headers);
  if (delivery === undefined && reading.identity === undefined) return undefined;
  const parts = [delivery, reading.identity].flatMap((part) => part ?? []);
  const mark = proof === undefined || proof.kind === 'unreadable' ? (proof?.kind ?? '') : proof.digest;
  const more = reading.identity === undefined ? '' : `:${digest(JSON.stringify([kind, mark]))}`;
  const key = `${prefix}:${parts.join(':')}${more}`;
  return key.length <= LONGEST ? key : `${prefix}:${digest(key)}`;
}
