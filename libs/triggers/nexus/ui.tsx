import { RepositoryIcon } from '@gennaker/ui/icons';
import { searchNameForm } from '@gennaker/ui/search-name-form';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
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
  Form: searchNameForm({ type: 'nexus', label: 'Nexus', field: 'nexusSearchName', repositoryAt: '$.repositoryName' }),
});
