import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { BakeIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { WebhookSecretFields } from '@gennaker/ui/webhook-secret-fields';
import { helmTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'helm',
  label: 'Helm chart',
  description: 'Starts when a chart gets a new version',
  icon: BakeIcon,
  schema: helmTriggerSchema,
  defaults: () => ({ account: '', chart: '' }),
  summary: (trigger) => [text(trigger['chart']), text(trigger['version'])].filter(Boolean).join(' '),
  sentence: (trigger) =>
    `Chart ${[text(trigger['artifactName']) || text(trigger['chart']), text(trigger['version'])].filter(Boolean).join(' ')}`,
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Account"
        required
        placeholder="charts"
        value={trigger['account']}
        onChange={(account) => onChange({ account: account ?? '' })}
        help="Last part of the address"
      />
      <WebhookAddress type="helm" source={text(trigger['account'])} />
      <TextField
        label="Chart"
        required
        placeholder="shop"
        value={trigger['chart']}
        onChange={(chart) => onChange({ chart: chart ?? '' })}
      />
      <TextField
        label="Versions"
        mono
        placeholder="^1.2.0"
        value={trigger['version']}
        onChange={(version) => onChange({ version })}
        help="A range in npm's words; empty: any"
      />
      <WebhookSecretFields
        trigger={trigger}
        onChange={onChange}
        help="That the webhook is signed with"
        example="helm"
      />
    </FieldGrid>
  ),
});
