import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { HookIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { object, text } from '@gennaker/ui/stage-ui';
import { webhookNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'webhook',
  label: 'Webhook',
  description: 'As JSON, to any address',
  icon: HookIcon,
  schema: webhookNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => {
    const address = text(notification['address']);
    return URL.canParse(address) ? new URL(address).host : address;
  },
  Form: ({ notification, onChange }) => (
    <FieldGrid>
      <TextField
        label="Address"
        required
        mono
        placeholder="https://example.com/deploys"
        value={notification['address']}
        onChange={(address) => onChange({ address: address ?? '' })}
      />
      <TextField
        label="Signed with"
        placeholder="Not signed"
        help="Name of a secret under notifications.webhook.secrets in gennaker.yml"
        value={notification['secretName']}
        onChange={(secretName) => onChange({ secretName })}
      />
      <Wide>
        <PairsField
          label="Headers"
          add="Add header"
          value={object(notification['headers'])}
          onChange={(headers) => onChange({ headers })}
        />
      </Wide>
    </FieldGrid>
  ),
});
