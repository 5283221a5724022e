import { TextField } from '@gennaker/ui/fields';
import { PhoneIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { smsNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'sms',
  label: 'Text message',
  description: 'To a telephone, through Twilio',
  icon: PhoneIcon,
  schema: smsNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => text(notification['address']),
  Form: ({ notification, onChange }) => (
    <TextField
      label="Number"
      required
      placeholder="+4915112345678"
      help="With the country, without blanks"
      value={notification['address']}
      onChange={(address) => onChange({ address: address ?? '' })}
    />
  ),
});
