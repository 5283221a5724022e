import { defineNotification, hostOf, postJson } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { googleChatNotificationSchema } from './schema.ts';

/** A card (cardsV2) to the incoming webhook of a space. */
export default defineNotification({
  type: 'googlechat',
  label: 'Google Chat',
  description: 'A card in a space of Google Chat',
  schema: googleChatNotificationSchema,
  settings: z.strictObject({}),
  examples: [
    {
      type: 'googlechat',
      address: 'https://chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=t',
      when: ['pipeline.complete'],
    },
  ],
  address: ({ address }) => `webhook at ${hostOf(address)}`,
  payload: (_notification, { subject, text, link, application, executionId }) => ({
    cardsV2: [
      {
        cardId: executionId ?? 'message',
        card: {
          header: { title: subject, subtitle: application },
          sections: [
            {
              widgets: [
                { textParagraph: { text: escaped(text) } },
                ...(link === undefined
                  ? []
                  : [
                      {
                        buttonList: { buttons: [{ text: 'Open the execution', onClick: { openLink: { url: link } } }] },
                      },
                    ]),
              ],
            },
          ],
        },
      },
    ],
  }),
  async send(notification, message, { settings, http }) {
    await postJson(http, notification.address, this.payload(notification, message, settings));
  },
});

/** A paragraph reads simple HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
}
