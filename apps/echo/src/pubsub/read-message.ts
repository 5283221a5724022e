import { ServiceError } from '@gennaker/contracts/error';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import type { Subscription } from '@gennaker/service/trigger-settings';
import type { OwnEvent } from '../events/store-events.ts';
import { webhookBody } from '../webhooks/webhook-body.ts';

/** An entry of a stream: its id, and its fields and values one after the other. */
export interface StreamEntry {
  readonly id: string;
  readonly fields: readonly string[];
}

/** Longest text of a message's fields together. */
const LONGEST = 10 * 1024 * 1024;

/**
 * A message as an event; its id identifies it. A message that is none starts nothing, and its event says why: it has no
 * payload, the payload is no JSON object, or it cannot be kept. Pure.
 */
export function readMessage(subscription: Subscription, entry: StreamEntry): OwnEvent {
  const { name, stream, payloadField } = subscription;
  const attributes = fieldsOf(entry.fields);
  const payload = attributes[payloadField];
  delete attributes[payloadField];
  const about = { pubsubSystem: 'redis', subscriptionName: name, messageId: entry.id };
  const event = { type: 'pubsub', source: name, key: `pubsub:redis:${name}:${stream}:${entry.id}` };
  try {
    const length = entry.fields.reduce((sum, text) => sum + text.length, 0);
    if (length > LONGEST) throw new ServiceError(413, `The message has ${length} characters; ${LONGEST} are the most`);
    if (payload === undefined)
      throw new ServiceError(400, `The message has no field "${payloadField}"`, {
        fix: `send the payload as JSON in the field "${payloadField}"`,
      });
    refuseUnkeepable('attributes', attributes);
    return { ...event, content: { ...about, payload: readPayload(payload), attributes } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { fix } = error.details;
    return {
      ...event,
      content: about,
      ignored: {
        summary: error.message,
        evidence: { stream, deadLetters: deadLetters(stream) },
        ...(fix ? { next: fix } : {}),
      },
    };
  }
}

/** The stream that messages go to which are none. */
export const deadLetters = (stream: string): string => `${stream}:dead`;

function readPayload(text: string): Record<string, unknown> {
  try {
    return webhookBody(new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      400,
      error.message.replace("The webhook's body", 'The payload of the message'),
      error.details,
    );
  }
}

function fieldsOf(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field, at) => (at % 2 === 0 ? [[field, fields[at + 1] ?? ''] as const] : [])),
  );
}
