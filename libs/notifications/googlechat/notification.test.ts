import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED, type Receiver, sendBy, startReceiver } from '../receiver.fixture.ts';
import googlechat from './notification.ts';

let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(() => receiver.close());

it("posts a card (cardsV2) to the space's webhook, its text escaped as the simple HTML that it is", async () => {
  await sendBy(googlechat, { address: `${receiver.url}/v1/spaces/A/messages?key=k&token=t` }, FAILED, {
    http: receiver.http,
  });
  const [request] = receiver.received;
  expect(request).toMatchObject({ method: 'POST', path: '/v1/spaces/A/messages?key=k&token=t' });
  expect(JSON.parse(request?.body ?? '')).toEqual({
    cardsV2: [
      {
        cardId: '01E',
        card: {
          header: { title: FAILED.subject, subtitle: 'shop' },
          sections: [
            {
              widgets: [
                { textParagraph: { text: 'Started by ada (manual)<br>Stage Bake: no &amp; such package' } },
                {
                  buttonList: {
                    buttons: [{ text: 'Open the execution', onClick: { openLink: { url: FAILED.link } } }],
                  },
                },
              ],
            },
          ],
        },
      },
    ],
  });
});
