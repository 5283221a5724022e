import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { CdEventsIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { cdeventsNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'cdevents',
  label: 'CDEvents',
  description: 'For a broker of CloudEvents',
  icon: CdEventsIcon,
  schema: cdeventsNotificationSchema,
  defaults: () => ({ address: '' }),
  summary: (notification) => {
    const address = text(notification['address']);
    return URL.canParse(address) ? new URL(address).host : address;
  },
  Form: ({ notification, onChange }) => (
    <FieldGrid>
      <TextField
        label="Address of the broker"
        required
        mono
        placeholder="https://broker.example.com/events"
        value={notification['address']}
        onChange={(address) => onChange({ address: address ?? '' })}
      />
      <TextField
        label="Type of the event"
        mono
        placeholder="By what it tells of"
        help="Such as dev.cdevents.service.deployed.0.2.0"
        value={notification['cdEventsType']}
        onChange={(cdEventsType) => onChange({ cdEventsType })}
      />
    </FieldGrid>
  ),
});
