import { BakeIcon } from '@gennaker/ui/icons';
import { publishedVersionForm } from '@gennaker/ui/published-version-form';
import { defineTriggerUi, text } from '@gennaker/ui/stage-ui';
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
  Form: publishedVersionForm({
    type: 'helm',
    account: { placeholder: 'charts', help: 'Last part of the address' },
    thing: { field: 'chart', label: 'Chart', placeholder: 'shop' },
    version: {
      field: 'version',
      label: 'Versions',
      placeholder: '^1.2.0',
      help: "A range in npm's words; empty: any",
    },
    secretHelp: 'That the webhook is signed with',
  }),
});
