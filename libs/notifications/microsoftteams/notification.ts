import { defineNotification, hostOf, postJson } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { microsoftTeamsNotificationSchema } from './schema.ts';

/** An adaptive card to the webhook of a workflow ("When a Teams webhook request is received"). */
export default defineNotification({
  type: 'microsoftteams',
  label: 'Microsoft Teams',
  description: 'A card in a channel of Microsoft Teams',
  schema: microsoftTeamsNotificationSchema,
  settings: z.strictObject({}),
  examples: [
    {
      type: 'microsoftteams',
      address: 'https://prod-00.westeurope.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=x',
      when: ['pipeline.failed'],
    },
  ],
  address: ({ address }) => `workflow at ${hostOf(address)}`,
  payload: (_notification, { event, subject, text, link }) => ({
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
            {
              type: 'TextBlock',
              text: plain(subject),
              weight: 'Bolder',
              size: 'Medium',
              wrap: true,
              color: colourOf(event),
            },
            { type: 'TextBlock', text: plain(text).replaceAll('\n', '\n\n'), wrap: true },
          ],
          ...(link === undefined
            ? {}
            : { actions: [{ type: 'Action.OpenUrl', title: 'Open the execution', url: link }] }),
        },
      },
    ],
  }),
  async send(notification, message, { settings, http }) {
    await postJson(http, notification.address, this.payload(notification, message, settings));
  },
});

/** A text block reads Markdown: links and emphasis that nobody meant are kept from it. */
function plain(text: string): string {
  return text.replaceAll(/([[\]*_`])/g, '\\$1');
}

function colourOf(event: string): string {
  if (event.endsWith('failed') || event === 'manualJudgmentStop') return 'Attention';
  if (event.endsWith('complete') || event === 'manualJudgmentContinue') return 'Good';
  return event === 'manualJudgment' ? 'Warning' : 'Accent';
}
