import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED, type Receiver, secretOf, sendBy, startReceiver } from '../receiver.fixture.ts';
import sms from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(() => receiver.close());

const send = (from: string, message = FAILED): Promise<void> =>
  sendBy(sms, { address: '+4915112345678' }, message, {
    http: receiver.http,
    settings: { accountSid: 'AC01', token: secretOf('TWILIO'), from, baseUrl: receiver.url },
    secrets: { TWILIO: 'the-token' },
  });

it("posts Twilio's form: To, From and Body, with the account and its token as basic authentication", async () => {
  receiver.answer = { status: 201, body: '{"sid":"SM1","status":"queued"}' };
  await send('+15005550006');
  const [request] = receiver.received;
  expect(request).toMatchObject({
    method: 'POST',
    path: '/2010-04-01/Accounts/AC01/Messages.json',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('AC01:the-token').toString('base64')}`,
    },
  });
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    To: '+4915112345678',
    From: '+15005550006',
    Body: `${FAILED.subject}\n${FAILED.text}\n${FAILED.link}`,
  });
});

it('names a messaging service, and keeps to 1600 characters without losing the link', async () => {
  await send('MG01', { ...FAILED, text: 'x'.repeat(5_000) });
  const form = new URLSearchParams(receiver.received.at(-1)?.body);
  expect(form.get('MessagingServiceSid')).toBe('MG01');
  expect(form.has('From')).toBe(false);
  expect(form.get('Body')).toHaveLength(1_600);
  expect(form.get('Body')?.endsWith(FAILED.link ?? '?')).toBe(true);
});

it('refuses what is no number with its country', () => {
  for (const address of ['015112345678', '+0151', 'ada'])
    expect(sms.schema.safeParse({ type: 'sms', address }).success).toBe(false);
});

it("passes on Twilio's refusal", async () => {
  receiver.answer = { status: 400, body: '{"code":21211,"message":"Invalid To Phone Number"}' };
  await expect(send('+15005550006')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('21211') });
});
