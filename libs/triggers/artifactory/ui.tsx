import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { RepositoryIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { artifactoryTriggerSchema } from './schema.ts';

export default defineTriggerUi({
  type: 'artifactory',
  label: 'Artifactory',
  description: 'Starts when something is put into a repository of JFrog Artifactory',
  icon: RepositoryIcon,
  schema: artifactoryTriggerSchema,
  defaults: () => ({ artifactorySearchName: '' }),
  summary: (trigger) => text(trigger['artifactorySearchName']),
  sentence: (trigger) => `Artifactory ${text(trigger['artifactorySearchName'])}`.trim(),
  Form: ({ trigger, onChange }) => (
    <FieldGrid>
      <TextField
        label="Search name"
        required
        placeholder="releases"
        value={trigger['artifactorySearchName']}
        onChange={(name) => onChange({ artifactorySearchName: name ?? '' })}
        help="Last part of the address"
      />
      <WebhookAddress type="artifactory" source={text(trigger['artifactorySearchName'])} />
      <Wide>
        <PairsField
          label="Only what has"
          help="A key or JSONPath of the body, such as $.data.repo_key, and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
      <TextField
        label="Secret"
        value={trigger['secret']}
        onChange={(secret) => onChange({ secret })}
        help="That Artifactory signs with. Anybody who may look at the pipeline sees it"
      />
      <TextField
        label="Secret of the configuration"
        placeholder="artifactory"
        value={trigger['secretName']}
        onChange={(secretName) => onChange({ secretName })}
        help="A name under triggerSecrets in gennaker.yml, in place of a secret here"
      />
    </FieldGrid>
  ),
});
