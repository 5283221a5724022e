import { TextField } from '@gennaker/ui/fields';
import { ChatIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { microsoftTeamsNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'microsoftteams',
  label: 'Microsoft Teams',
  description: 'A card in a channel',
  icon: ChatIcon,
  schema: microsoftTeamsNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => (text(notification['address']) ? 'a channel of Microsoft Teams' : ''),
  Form: ({ notification, onChange }) => (
    <TextField
      label="Address of the workflow"
      required
      mono
      placeholder="https://"
      help="Of the channel’s workflow “When a Teams webhook request is received”"
      value={notification['address']}
      onChange={(address) => onChange({ address: address ?? '' })}
    />
  ),
});
