import { CopyText } from '@gennaker/ui/panels';
import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { HookIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
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
  Form: ({ trigger, onChange }) => {
    const source = text(trigger['source']);
    const address = `/webhooks/webhook/${encodeURIComponent(source)}`;
    return (
      <FieldGrid>
        <TextField
          label="Source"
          required
          placeholder="my-service"
          value={source}
          onChange={(next) => onChange({ source: next ?? '' })}
          help="Last part of the address"
        />
        {source ? (
          <div style={{ alignSelf: 'center', fontSize: 13 }}>
            <span className="gk-muted">Post JSON to gate at</span>
            <div className="gk-row">
              <span className="gk-mono">{address}</span>
              <CopyText text={address} label="Copy the address" />
            </div>
          </div>
        ) : null}
        <Wide>
          <PairsField
            label="Only bodies with"
            help="A key or JSONPath of the body and a regular expression that its value must match"
            add="Add condition"
            value={object(trigger['payloadConstraints'])}
            onChange={(payloadConstraints) => onChange({ payloadConstraints })}
          />
        </Wide>
      </FieldGrid>
    );
  },
});
