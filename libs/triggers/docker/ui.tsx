import { ContainerIcon } from '@gennaker/ui/icons';
import { publishedVersionForm } from '@gennaker/ui/published-version-form';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
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
  Form: publishedVersionForm({
    type: 'docker',
    account: {
      placeholder: 'main-registry',
      help: 'A registry of gennaker.yml, or the last part of the address of a webhook',
    },
    thing: { field: 'repository', label: 'Repository', placeholder: 'library/shop' },
    version: {
      field: 'tag',
      label: 'Tag',
      placeholder: String.raw`v\d+\.\d+\.\d+`,
      help: 'A regular expression for the whole tag; empty: any but latest',
    },
    secretHelp: 'Of webhooks alone',
  }),
});
