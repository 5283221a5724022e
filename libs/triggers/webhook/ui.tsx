import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { HookIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { webhookTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'webhook',
  label: 'Webhook',
  description: 'Starts when something posts to an address',
  icon: HookIcon,
  schema: webhookTriggerSchema,
  defaults: () => ({ source: '' }),
  summary: (trigger) => text(trigger['source']),
  sentence: (trigger) => `Webhook ${text(trigger['source'])}`.trim(),
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Source"
        required
        placeholder="my-service"
        value={trigger['source']}
        onChange={(source) => onChange({ source: source ?? '' })}
        help="Last part of the address"
      />
      <WebhookAddress type="webhook" source={text(trigger['source'])} />
      <Wide>
        <PairsField
          label="Only bodies with"
          help="A key or JSONPath of the body and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
      <TextField
        label="Counts once by"
        mono
        placeholder="$.build.id"
        value={trigger['identity']}
        onChange={(identity) => onChange({ identity })}
        help="A key or JSONPath of the body, or header:Name, that is the same when the sender repeats itself. Empty: the delivery id, if it sends one"
      />
    </FieldGrid>
  ),
});
