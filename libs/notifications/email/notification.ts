import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { ServiceError } from '@gennaker/contracts/error';
import { defineNotification } from '@gennaker/extension-sdk/notification';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { addressesOf, emailNotificationSchema } from './schema.ts';

/** How mail leaves. */
const settingsSchema = z
  .strictObject({
    host: z.string().min(1).describe('of the SMTP server'),
    port: z.number().int().min(1).max(65_535).optional().describe('absent: 465 with tls: always, otherwise 587'),
    tls: z
      .enum(['always', 'starttls', 'never'])
      .default('starttls')
      .describe(
        'always: from the first byte; starttls: demanded before anything is sent; never: a server that has none',
      ),
    from: z.string().min(1).describe('such as "Gennaker <deploys@example.com>"'),
    username: z.string().min(1).optional(),
    password: secretReferenceSchema.optional().describe('where it is; never the password itself'),
    serverName: z.string().min(1).optional().describe('name in the certificate, where it is not the host'),
    certificateAuthority: secretReferenceSchema.optional().describe('where the PEM of an authority of your own is'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['username'],
    error: 'must be given together with password, or not at all',
  });

/** A mail, sent through the SMTP server of the configuration. */
export default defineNotification({
  type: 'email',
  label: 'Mail',
  description: 'A mail to one or several addresses',
  schema: emailNotificationSchema,
  settings: settingsSchema,
  examples: [
    { type: 'email', address: 'team@example.com', when: ['pipeline.failed'] },
    {
      type: 'email',
      address: 'ada@example.com, bob@example.com',
      cc: 'release@example.com',
      when: ['pipeline.complete'],
      customSubject: 'Released',
      customBody: 'Execution {{executionId}}: {{link}}',
    },
  ],
  address: ({ address }) => address,
  payload: ({ address, cc, customSubject, customBody }, message, { from }) => ({
    from,
    to: addressesOf(address),
    ...(cc ? { cc: addressesOf(cc) } : {}),
    subject: customSubject || message.subject,
    text: customBody || [message.text, ...(message.link === undefined ? [] : ['', message.link])].join('\n'),
    ...(message.severity === 'HIGH' ? { priority: 'high' as const } : {}),
  }),
  async send(notification, message, { settings, secret, key }) {
    const { host, tls, username, password, serverName, certificateAuthority } = settings;
    const transport = createTransport({
      host,
      port: settings.port ?? (tls === 'always' ? 465 : 587),
      secure: tls === 'always',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'never',
      ...(username === undefined || password === undefined
        ? {}
        : { auth: { user: username, pass: (await secret(password)).trim() } }),
      tls: {
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(certificateAuthority === undefined ? {} : { ca: await secret(certificateAuthority) }),
      },
      connectionTimeout: 15_000,
      greetingTimeout: 15_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const mail = this.payload(notification, message, settings) as Parameters<typeof transport.sendMail>[0];
    try {
      // Who gets a mail twice may tell by this that it is one.
      await transport.sendMail({ ...mail, messageId: `<${key}@gennaker.invalid>` });
    } catch (error) {
      throw refusal(host, error);
    } finally {
      transport.close();
    }
  },
});

/** What the server said; its permanent refusals (5yz, RFC 5321 4.2.1) are final, everything else is not. */
function refusal(host: string, error: unknown): ServiceError {
  const { responseCode } = error as { readonly responseCode?: unknown };
  const permanent = typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600;
  const why = error instanceof Error ? error.message : String(error);
  return new ServiceError(permanent ? 422 : 502, `${host} did not take the mail: ${why}`, {}, { cause: error });
}
