import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import { ServiceError } from '@gennaker/contracts/error';
import { defineNotification, hostOf, postJson } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { slackNotificationSchema } from './schema.ts';

const settingsSchema = z.strictObject({
  token: secretReferenceSchema
    .optional()
    .describe('where the bot token (xoxb-...) is; without one, only incoming webhooks are sent to'),
  baseUrl: z.url().default('https://slack.com/api'),
});

const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** Errors of chat.postMessage that pass by themselves. */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'message_limit_exceeded',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** A message in Slack: through chat.postMessage for a channel, to an incoming webhook for an address. */
export default defineNotification({
  type: 'slack',
  label: 'Slack',
  description: 'A message in a channel of Slack',
  schema: slackNotificationSchema,
  settings: settingsSchema,
  examples: [
    { type: 'slack', address: '#releases', when: ['pipeline.complete', 'pipeline.failed'] },
    { type: 'slack', address: 'https://hooks.slack.com/services/T0/B0/x', when: ['manualJudgment'] },
  ],
  address: ({ address }) => (isWebhook(address) ? `webhook at ${hostOf(address)}` : address),
  payload: ({ address, customMessage }, message) => {
    const heading =
      message.link === undefined ? escaped(message.subject) : `<${message.link}|${escaped(message.subject)}>`;
    return {
      ...(isWebhook(address) ? {} : { channel: address }),
      text: escaped(message.subject),
      attachments: [
        {
          color: colourOf(message.event),
          fallback: message.subject,
          blocks: [
            { type: 'section', text: { type: 'mrkdwn', text: cut(`*${heading}*`) } },
            { type: 'section', text: { type: 'mrkdwn', text: cut(escaped(customMessage || message.text)) } },
          ],
        },
      ],
    };
  },
  async send(notification, message, { settings, http, secret }) {
    const body = this.payload(notification, message, settings);
    if (isWebhook(notification.address)) {
      await postJson(http, notification.address, body);
      return;
    }
    if (settings.token === undefined)
      throw new ServiceError(
        422,
        `No token of Slack is configured, so that ${notification.address} cannot be written to`,
        {
          fix: 'set notifications.slack.token in gennaker.yml, or use the address of an incoming webhook',
        },
      );
    const url = `${settings.baseUrl.replace(/\/+$/, '')}/chat.postMessage`;
    const token = (await secret(settings.token)).trim();
    const response = await postJson(http, url, body, { authorization: `Bearer ${token}` });
    const answer = answerSchema.safeParse(parsed(response.body));
    if (!answer.success) throw new ServiceError(502, `${hostOf(url)} did not answer as Slack does`);
    if (answer.data.ok) return;
    const { error = 'no reason' } = answer.data;
    throw new ServiceError(
      PASSING.has(error) ? 503 : 422,
      `Slack refused the message for ${notification.address}: ${error}`,
    );
  },
});

const isWebhook = (address: string): boolean => /^https?:\/\//.test(address);

/** Slack reads these three characters as its own (docs: formatting, "escaping text"). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A section holds 3000 characters. */
const cut = (text: string): string => (text.length > 3_000 ? `${text.slice(0, 2_999)}…` : text);

function colourOf(event: NotificationMessage['event']): string {
  if (event.endsWith('failed') || event === 'manualJudgmentStop') return '#B82525';
  if (event.endsWith('complete') || event === 'manualJudgmentContinue') return '#769D3E';
  return event.endsWith('starting') ? '#2275B8' : '#CCCCCC';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
