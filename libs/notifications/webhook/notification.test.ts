import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED, type Receiver, secretOf, sendBy, startReceiver } from '../receiver.fixture.ts';
import webhook from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(() => receiver.close());

const settings = { secrets: { audit: secretOf('AUDIT') } };
const secrets = { AUDIT: 'shared' };

it('posts the message with its own headers, and signs the time and the exact bytes', async () => {
  const notification = { address: `${receiver.url}/in`, headers: { 'X-Team': 'shop' }, secretName: 'audit' };
  await sendBy(webhook, notification, FAILED, { http: receiver.http, settings, secrets });
  const [request] = receiver.received;
  expect(JSON.parse(request?.body ?? '')).toEqual(FAILED);
  expect(request).toMatchObject({
    path: '/in',
    headers: { 'x-team': 'shop', 'x-gennaker-event': 'pipeline.failed', 'x-gennaker-delivery': '01DELIVERY' },
  });
  const seconds = FAILED.at / 1_000;
  const signature = createHmac('sha256', 'shared').update(`${seconds}.${request?.body}`).digest('hex');
  expect(request?.headers['x-gennaker-signature']).toBe(`t=${seconds},sha256=${signature}`);
});

it('without a secret sends no signature; with one that is not set up, nothing at all', async () => {
  await sendBy(webhook, { address: receiver.url }, FAILED, { http: receiver.http });
  expect(receiver.received.at(-1)?.headers).not.toHaveProperty('x-gennaker-signature');
  const before = receiver.received.length;
  const sending = sendBy(webhook, { address: receiver.url, secretName: 'nobody' }, FAILED, { http: receiver.http });
  await expect(sending).rejects.toMatchObject({ status: 422, details: { field: 'secretName' } });
  expect(receiver.received).toHaveLength(before);
});

it('calls no address that the egress guard forbids', async () => {
  const sending = sendBy(webhook, { address: 'http://169.254.169.254/computeMetadata/v1/' }, FAILED, {
    http: receiver.http,
  });
  await expect(sending).rejects.toMatchObject({ status: 403, message: expect.stringContaining('not called') });
});

it('refuses headers that say where a request goes, and what is no address', () => {
  const refused = [
    { address: 'https://x', headers: { Host: 'evil' } },
    { address: 'https://x', headers: { a: 'b\r\nc' } },
    { address: 'ftp://x' },
  ];
  for (const one of refused) expect(webhook.schema.safeParse({ type: 'webhook', ...one }).success).toBe(false);
});
