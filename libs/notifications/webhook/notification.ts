import { createHmac } from 'node:crypto';
import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { ServiceError } from '@gennaker/contracts/error';
import { defineNotification, hostOf, postJson } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { webhookNotificationSchema } from './schema.ts';

const settingsSchema = z.strictObject({
  secrets: z
    .record(z.string(), secretReferenceSchema)
    .default({})
    .describe('where the secrets are that bodies are signed with, by the names that notifications use'),
});

/**
 * The message as JSON, posted to any address. With a secret the header X-Gennaker-Signature is `t=<seconds>,sha256=<hex>`:
 * HMAC-SHA-256 over the seconds, a dot and the body's exact bytes.
 */
export default defineNotification({
  type: 'webhook',
  label: 'Webhook',
  description: 'The message as JSON, posted to any address',
  schema: webhookNotificationSchema,
  settings: settingsSchema,
  examples: [
    { type: 'webhook', address: 'https://example.com/deploys', when: ['pipeline.complete'] },
    {
      type: 'webhook',
      address: 'https://example.com/deploys',
      secretName: 'audit',
      headers: { 'X-Team': 'shop' },
      when: ['stage.failed'],
    },
  ],
  address: ({ address }) => hostOf(address),
  payload: (_notification, message) => message,
  async send(notification, message, { settings, http, secret, key, now }) {
    const body = JSON.stringify(this.payload(notification, message, settings));
    const { secretName } = notification;
    const reference = secretName === undefined ? undefined : settings.secrets[secretName];
    if (secretName !== undefined && reference === undefined)
      throw new ServiceError(422, `There is no secret "${secretName}" to sign the body with`, {
        field: 'secretName',
        fix: 'add it to notifications.webhook.secrets in gennaker.yml, or leave secretName out',
      });
    const seconds = Math.floor(now / 1_000);
    const signature =
      reference === undefined
        ? undefined
        : createHmac('sha256', (await secret(reference)).trim())
            .update(`${seconds}.${body}`)
            .digest('hex');
    await postJson(http, notification.address, body, {
      ...notification.headers,
      'x-gennaker-event': message.event,
      'x-gennaker-delivery': key,
      ...(signature === undefined ? {} : { 'x-gennaker-signature': `t=${seconds},sha256=${signature}` }),
    });
  },
});
