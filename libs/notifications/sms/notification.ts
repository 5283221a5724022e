import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { accepted, defineNotification } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { smsNotificationSchema } from './schema.ts';

/** An account at Twilio, or at whoever speaks as it does. */
const settingsSchema = z.strictObject({
  accountSid: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'must be the id of the account, such as AC0123456789abcdef0123456789abcdef'),
  token: secretReferenceSchema.describe('where the authentication token is; never the token itself'),
  from: z.string().min(1).describe('number or name of the sender, or the id of a messaging service (MG...)'),
  baseUrl: z.url().default('https://api.twilio.com'),
});

/** What one message holds at most, in Twilio's words. */
const MOST_CHARACTERS = 1_600;

/** A text message, sent as Twilio documents it: a form, with basic authentication. */
export default defineNotification({
  type: 'sms',
  label: 'Text message',
  description: 'A text message to a telephone (Twilio)',
  schema: smsNotificationSchema,
  settings: settingsSchema,
  examples: [{ type: 'sms', address: '+4915112345678', when: ['pipeline.failed'] }],
  address: ({ address }) => address,
  payload: ({ address }, message, { from }) => {
    const end = message.link === undefined ? '' : `\n${message.link}`;
    const text = [message.subject, message.text].join('\n').slice(0, MOST_CHARACTERS - end.length);
    return {
      To: address,
      ...(from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }),
      Body: `${text}${end}`,
    };
  },
  async send(notification, message, { settings, http, secret }) {
    const { accountSid, baseUrl } = settings;
    const form = this.payload(notification, message, settings) as Record<string, string>;
    const credentials = Buffer.from(`${accountSid}:${(await secret(settings.token)).trim()}`).toString('base64');
    const url = `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${accountSid}/Messages.json`;
    accepted(
      url,
      await http({
        url,
        method: 'POST',
        headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
        timeoutMs: 15_000,
      }),
    );
  },
});
