import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { ChannelIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { slackNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'slack',
  label: 'Slack',
  description: 'In a channel, or to an incoming webhook',
  icon: ChannelIcon,
  schema: slackNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => {
    const address = text(notification['address']);
    return address.startsWith('http') ? 'incoming webhook' : address;
  },
  Form: ({ notification, onChange }) => (
    <FieldGrid>
      <Wide>
        <TextField
          label="Channel"
          required
          placeholder="#releases"
          help="Or the address of an incoming webhook"
          value={notification['address']}
          onChange={(address) => onChange({ address: address ?? '' })}
        />
      </Wide>
      <Wide>
        <TextAreaField
          label="Text of every message"
          placeholder="The usual one"
          help="{{executionId}} and {{link}} are filled in"
          rows={2}
          value={notification['customMessage']}
          onChange={(customMessage) => onChange({ customMessage })}
        />
      </Wide>
    </FieldGrid>
  ),
});
