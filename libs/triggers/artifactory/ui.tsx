import { RepositoryIcon } from '@gennaker/ui/icons';
import { searchNameForm } from '@gennaker/ui/search-name-form';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
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
  Form: searchNameForm({
    type: 'artifactory',
    label: 'Artifactory',
    field: 'artifactorySearchName',
    repositoryAt: '$.data.repo_key',
  }),
});
