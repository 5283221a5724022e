import { TextField } from '@gennaker/ui/fields';
import { ChatIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { googleChatNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'googlechat',
  label: 'Google Chat',
  description: 'A card in a space',
  icon: ChatIcon,
  schema: googleChatNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => (text(notification['address']) ? 'a space of Google Chat' : ''),
  Form: ({ notification, onChange }) => (
    <TextField
      label="Address of the webhook"
      required
      mono
      placeholder="https://chat.googleapis.com/v1/spaces/…"
      help="From the space’s settings: Apps and integrations, Webhooks"
      value={notification['address']}
      onChange={(address) => onChange({ address: address ?? '' })}
    />
  ),
});
