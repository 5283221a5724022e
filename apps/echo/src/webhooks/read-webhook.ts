import { badRequest } from '@gennaker/contracts/error';
import type { AnyTriggerDefinition, WebhookReading } from '@gennaker/extension-sdk/trigger';
import { isForm } from '@gennaker/service/form-payload';
import { PROOF_HEADERS, type Proof, readProof } from './sender-proof.ts';
import { webhookBody } from './webhook-body.ts';
import { webhookKey } from './event-key.ts';

/** A webhook as it came. Names of headers are lower-case. */
export interface RawWebhook {
  readonly type: string;
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** A webhook that its type has read. */
export interface ReadWebhook {
  readonly content: Record<string, unknown>;
  /** The headers that are kept with it. */
  readonly headers: Record<string, string>;
  readonly proof: Proof | undefined;
  readonly reading: WebhookReading;
  /** Undefined: its sender tells deliveries apart in no way. */
  readonly key: string | undefined;
}

/** Headers that may hold log-ins and keys: never kept. */
const SECRET = /token|secret|auth|api-?key|password|credential|signature/;

/**
 * Reads a webhook: its body, what proves its sender, and what its type makes of it.
 * @param systemKey hashes tokens before they are kept
 * @throws ServiceError 400 for a type that does not come as a webhook, an unknown source, and a body that is none of its
 */
export function readWebhook(
  triggers: Readonly<Record<string, AnyTriggerDefinition>>,
  webhook: RawWebhook,
  systemKey: string,
): ReadWebhook {
  const { type, source } = webhook;
  const content = webhookBody(webhook.bytes, webhook.headers['content-type']);
  const definition = Object.hasOwn(triggers, type) ? triggers[type] : undefined;
  if (!definition?.readWebhook) {
    const types = Object.values(triggers).flatMap((each) => (each.readWebhook ? each.type : []));
    throw badRequest(`Events of type "${type}" are not taken as webhooks`, {
      field: 'type',
      fix: `post to /webhooks/{type}/{source} with one of the types ${types.join(', ')}; start a pipeline by hand at /pipelines/{application}/{name}`,
    });
  }
  const reading = definition.readWebhook({ source, headers: webhook.headers, content });
  const proof = readProof(webhook.headers, systemKey);
  const headers = Object.entries(webhook.headers).filter(
    ([name, value]) =>
      !PROOF_HEADERS.includes(name) &&
      !SECRET.test(name) &&
      // What is kept is what the form held, and no form any more.
      !(name === 'content-type' && isForm(value)),
  );
  return {
    content,
    headers: Object.fromEntries(headers),
    proof,
    reading,
    key: webhookKey(webhook, webhook, reading, proof),
  };
}
