import type { EventAnswer } from '@gennaker/contracts/echo';
import type { Echo } from '../echo.ts';
import { takeEvent } from '../take-event.ts';
import { type RawWebhook, readWebhook } from './read-webhook.ts';

/**
 * Takes a webhook as an event, under the key that its type, its delivery id and its signature make. One that starts nothing
 * by its nature, such as a ping, is stored with that reason (`eventProcessed: false`).
 * @param call what gate calls this delivery: its key where the sender tells deliveries apart in no way
 * @throws ServiceError 400, as `readWebhook`
 */
export function takeWebhook(
  echo: Echo,
  webhook: RawWebhook,
  options: { call: string; user: string; trace: string; signal?: AbortSignal },
): Promise<EventAnswer> {
  const { content, headers, proof, reading, key } = readWebhook(echo.triggers, webhook, echo.systemKey);
  const { type, source } = webhook;
  return takeEvent(
    echo,
    {
      key: key ?? `webhook:${type}:${source}:call:${options.call}`,
      type,
      source,
      content,
      headers,
      user: options.user,
    },
    {
      ...options,
      ...(proof ? { proof } : {}),
      // Only a signature is about the bytes.
      ...(proof && proof.kind !== 'unreadable' ? { raw: webhook.bytes } : {}),
      ...(reading.ignored ? { ignored: reading.ignored } : {}),
    },
  );
}
