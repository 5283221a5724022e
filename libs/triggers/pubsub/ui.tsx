import { ChoiceField, FieldGrid, OptionField, PairsField, Wide } from '@gennaker/ui/fields';
import { ChatIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import type { TriggerFormProps } from '@gennaker/ui/stage-ui';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { pubsubTriggerSchema } from './schema.ts';

function Form({ trigger, onChange }: TriggerFormProps) {
  return (
    <FieldGrid>
      <OptionField
        label="System"
        value={text(trigger['pubsubSystem']) || 'redis'}
        options={[{ value: 'redis', label: 'Redis streams' }]}
        onChange={(pubsubSystem) => onChange({ pubsubSystem })}
      />
      <ChoiceField
        label="Subscription"
        required
        help="A stream that gennaker.yml names"
        value={trigger['subscriptionName']}
        choices={useLiveData().useSubscriptions()}
        onChange={(subscriptionName) => onChange({ subscriptionName: subscriptionName ?? '' })}
      />
      <Wide>
        <PairsField
          label="Only payloads with"
          help="A key of the payload and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
      <Wide>
        <PairsField
          label="Only messages with the attributes"
          help="A field of the message beside the payload, and a regular expression"
          add="Add attribute"
          value={object(trigger['attributeConstraints'])}
          onChange={(attributeConstraints) => onChange({ attributeConstraints })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineTriggerUi({
  type: 'pubsub',
  label: 'Message',
  description: 'Starts for a message of a stream',
  icon: ChatIcon,
  schema: pubsubTriggerSchema,
  defaults: () => ({ pubsubSystem: 'redis', subscriptionName: '' }),
  summary: (trigger) => text(trigger['subscriptionName']),
  sentence: (trigger) => `Message of ${text(trigger['subscriptionName'])}`.trim(),
  Form,
});
