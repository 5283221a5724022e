import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { CdEventsIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { cdEventsTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'cdevents',
  label: 'CDEvents',
  description: 'Starts when another delivery tool tells what it did',
  icon: CdEventsIcon,
  schema: cdEventsTriggerSchema,
  defaults: () => ({ source: '' }),
  summary: (trigger) => text(trigger['source']),
  sentence: (trigger) => `CDEvent ${text(trigger['source'])}`.trim(),
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Source"
        required
        placeholder="tekton"
        value={trigger['source']}
        onChange={(source) => onChange({ source: source ?? '' })}
        help="Last part of the address"
      />
      <WebhookAddress type="cdevents" source={text(trigger['source'])} />
      <Wide>
        <PairsField
          label="Only events with the attributes"
          help="An attribute of the CloudEvent, such as type, and its exact value"
          add="Add attribute"
          value={object(trigger['attributeConstraints'])}
          onChange={(attributeConstraints) => onChange({ attributeConstraints })}
        />
      </Wide>
      <Wide>
        <PairsField
          label="Only events with"
          help="A key or JSONPath of the event and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
    </FieldGrid>
  ),
});
