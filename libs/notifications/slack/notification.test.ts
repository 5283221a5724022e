import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILED, type Receiver, secretOf, sendBy, startReceiver } from '../receiver.fixture.ts';
import slack from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = { status: 200, body: '{"ok":true}' };
});
afterAll(() => receiver.close());

const toChannel = (notification: object = { address: '#releases' }): Promise<void> =>
  sendBy(slack, notification, FAILED, {
    http: receiver.http,
    settings: { token: secretOf('SLACK'), baseUrl: `${receiver.url}/api` },
    secrets: { SLACK: 'xoxb-1\n' },
  });

describe('to a channel', () => {
  it('posts a message as chat.postMessage is documented: a bearer token, a channel, a text, blocks in a coloured attachment', async () => {
    await toChannel();
    const [request] = receiver.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json; charset=utf-8' },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      channel: '#releases',
      text: 'shop: Deploy &lt;cart&gt; has failed',
      attachments: [
        {
          color: '#B82525',
          fallback: FAILED.subject,
          blocks: [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `*<${FAILED.link}|shop: Deploy &lt;cart&gt; has failed>*` },
            },
            {
              type: 'section',
              text: { type: 'mrkdwn', text: 'Started by ada (manual)\nStage Bake: no &amp; such package' },
            },
          ],
        },
      ],
    });
  });

  it('takes the text of the notification in place of the usual one', async () => {
    await toChannel({ address: '#releases', customMessage: 'Look!' });
    expect(receiver.received[0]?.body).toContain('"Look!"');
    expect(receiver.received[0]?.body).not.toContain('Started by');
  });

  it('tells what Slack refuses for good from what passes', async () => {
    receiver.answer.body = '{"ok":false,"error":"channel_not_found"}';
    await expect(toChannel()).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('channel_not_found'),
    });
    receiver.answer.body = '{"ok":false,"error":"ratelimited"}';
    await expect(toChannel()).rejects.toMatchObject({ status: 503 });
    receiver.answer = { status: 429, body: '' };
    await expect(toChannel()).rejects.toMatchObject({ status: 429 });
    receiver.answer = { status: 200, body: '<html>' };
    await expect(toChannel()).rejects.toMatchObject({ status: 502 });
  });

  it('says that a token is needed', async () => {
    const sending = sendBy(slack, { address: '#releases' }, FAILED, { http: receiver.http });
    await expect(sending).rejects.toMatchObject({
      status: 422,
      details: { fix: expect.stringContaining('notifications.slack.token') },
    });
    expect(receiver.received).toEqual([]);
  });
});

describe('to an incoming webhook', () => {
  it('posts the same message without a channel and without the token', async () => {
    receiver.answer.body = 'ok';
    await sendBy(slack, { address: `${receiver.url}/services/T/B/secret` }, FAILED, {
      http: receiver.http,
      settings: { token: secretOf('SLACK') },
      secrets: { SLACK: 'xoxb-1' },
    });
    expect(receiver.received[0]).toMatchObject({ path: '/services/T/B/secret' });
    expect(receiver.received[0]?.headers['authorization']).toBeUndefined();
    expect(JSON.parse(receiver.received[0]?.body ?? '')).not.toHaveProperty('channel');
  });

  it('keeps its path, which is a secret, out of what it says', async () => {
    receiver.answer = { status: 404, body: 'no_service' };
    const sending = sendBy(slack, { address: `${receiver.url}/services/T/B/secret` }, FAILED, { http: receiver.http });
    const error: unknown = await sending.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 404, message: expect.stringContaining('no_service') });
    expect(String(error)).not.toContain('secret');
  });
});

it('refuses addresses that are neither a channel nor a webhook', () => {
  for (const address of ['', 'two words', '# x'])
    expect(slack.schema.safeParse({ type: 'slack', address }).error?.issues[0]?.message).toContain('channel');
});
