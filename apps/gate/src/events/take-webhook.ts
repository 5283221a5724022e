import type { EventAnswer } from '@gennaker/contracts/echo';
import type { CallOptions } from '@gennaker/contracts/route';
import { IDENTITY_HEADER } from '@gennaker/service/identity';
import type { Gate } from '../gate.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Headers that are about the connection, or that prove to gate who calls: nobody behind gate needs them. */
const KEPT_BACK = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  IDENTITY_HEADER,
  'x-spinnaker-token',
]);

/** Hands a webhook to echo, byte for byte; the answer tells for each pipeline what it did, and why. */
export function takeWebhook(
  gate: Gate,
  target: { readonly type: string; readonly source: string },
  bytes: Uint8Array,
  headers: Headers,
  options: CallOptions,
): Promise<EventAnswer> {
  const passed = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || KEPT_BACK.has(name) ? [] : [[name, value] as const],
  );
  // Echo knows the call by this when gate has to send it again and its sender gave it no id.
  const call = crypto.randomUUID();
  const body = { call, headers: Object.fromEntries(passed), body: Buffer.from(bytes).toString('base64') };
  return gate.echo.webhook({ params: target, body }, { ...options, key: call });
}
