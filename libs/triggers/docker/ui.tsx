import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { ContainerIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { WebhookSecretFields } from '@gennaker/ui/webhook-secret-fields';
import { dockerTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'docker',
  label: 'Docker registry',
  description: 'Starts when an image of a repository gets a new tag',
  icon: ContainerIcon,
  schema: dockerTriggerSchema,
  defaults: () => ({ account: '', repository: '' }),
  summary: (trigger) => [text(trigger['repository']), text(trigger['tag'])].filter(Boolean).join(':'),
  sentence: (trigger) =>
    `Image ${[text(trigger['repository']), text(trigger['tag'])].filter(Boolean).join(':')}`.trim(),
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Account"
        required
        placeholder="main-registry"
        value={trigger['account']}
        onChange={(account) => onChange({ account: account ?? '' })}
        help="A registry of gennaker.yml, or the last part of the address of a webhook"
      />
      <TextField
        label="Repository"
        required
        placeholder="library/shop"
        value={trigger['repository']}
        onChange={(repository) => onChange({ repository: repository ?? '' })}
      />
      <TextField
        label="Tag"
        mono
        placeholder="v\d+\.\d+\.\d+"
        value={trigger['tag']}
        onChange={(tag) => onChange({ tag })}
        help="A regular expression for the whole tag; empty: any but latest"
      />
      <WebhookAddress type="docker" source={text(trigger['account'])} />
      <WebhookSecretFields trigger={trigger} onChange={onChange} help="Of webhooks alone" example="docker" />
    </FieldGrid>
  ),
});
