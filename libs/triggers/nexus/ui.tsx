import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { RepositoryIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { nexusTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'nexus',
  label: 'Nexus',
  description: 'Starts when something is put into a repository of Sonatype Nexus',
  icon: RepositoryIcon,
  schema: nexusTriggerSchema,
  defaults: () => ({ nexusSearchName: '' }),
  summary: (trigger) => text(trigger['nexusSearchName']),
  sentence: (trigger) => `Nexus ${text(trigger['nexusSearchName'])}`.trim(),
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Search name"
        required
        placeholder="releases"
        value={trigger['nexusSearchName']}
        onChange={(name) => onChange({ nexusSearchName: name ?? '' })}
        help="Last part of the address"
      />
      <WebhookAddress type="nexus" source={text(trigger['nexusSearchName'])} />
      <Wide>
        <PairsField
          label="Only what has"
          help="A key or JSONPath of the body, such as $.repositoryName, and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
      <TextField
        label="Secret"
        value={trigger['secret']}
        onChange={(secret) => onChange({ secret })}
        help="That Nexus signs with. Anybody who may look at the pipeline sees it"
      />
      <TextField
        label="Secret of the configuration"
        placeholder="nexus"
        value={trigger['secretName']}
        onChange={(secretName) => onChange({ secretName })}
        help="A name under triggerSecrets in gennaker.yml, in place of a secret here"
      />
    </FieldGrid>
  ),
});
