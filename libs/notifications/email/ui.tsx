import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { MailIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { emailNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'email',
  label: 'Mail',
  description: 'To one or several addresses',
  icon: MailIcon,
  schema: emailNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => text(notification['address']),
  Form: ({ notification, onChange }) => (
    <FieldGrid>
      <TextField
        label="To"
        required
        placeholder="team@example.com"
        help="Several are separated by commas"
        value={notification['address']}
        onChange={(address) => onChange({ address: address ?? '' })}
      />
      <TextField label="Copy to" value={notification['cc']} onChange={(cc) => onChange({ cc })} />
      <Wide>
        <TextField
          label="Subject"
          placeholder="The usual one"
          value={notification['customSubject']}
          onChange={(customSubject) => onChange({ customSubject })}
        />
      </Wide>
      <Wide>
        <TextAreaField
          label="Text of every mail"
          placeholder="The usual one"
          help="{{executionId}} and {{link}} are filled in"
          rows={2}
          value={notification['customBody']}
          onChange={(customBody) => onChange({ customBody })}
        />
      </Wide>
    </FieldGrid>
  ),
});
