import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED, type Receiver, sendBy, startReceiver } from '../receiver.fixture.ts';
import teams from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(() => receiver.close());

it("posts an adaptive card as a workflow's webhook takes it, with a button that opens the execution", async () => {
  receiver.answer = { status: 202 };
  await sendBy(teams, { address: `${receiver.url}/workflows/1?sig=s` }, FAILED, { http: receiver.http });
  const [request] = receiver.received;
  expect(request).toMatchObject({ method: 'POST', path: '/workflows/1?sig=s' });
  expect(JSON.parse(request?.body ?? '')).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            expect.objectContaining({ type: 'TextBlock', text: FAILED.subject, color: 'Attention', wrap: true }),
            { type: 'TextBlock', text: 'Started by ada (manual)\n\nStage Bake: no & such package', wrap: true },
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open the execution', url: FAILED.link }],
        },
      },
    ],
  });
});

it('shows names as they are, whatever Markdown would make of them', async () => {
  await sendBy(
    teams,
    { address: receiver.url },
    { ...FAILED, subject: '[x](http://evil) *a* _b_' },
    { http: receiver.http },
  );
  const card = JSON.parse(receiver.received.at(-1)?.body ?? '') as {
    attachments: [{ content: { body: [{ text: string }] } }];
  };
  expect(card.attachments[0].content.body[0].text).toBe('\\[x\\](http://evil) \\*a\\* \\_b\\_');
});
