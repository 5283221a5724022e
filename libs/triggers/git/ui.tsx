import { FieldGrid, OptionField, TextField, Wide, WordsField } from '@gennaker/ui/fields';
import { GitIcon } from '@gennaker/ui/icons';
import { defineTriggerUi, strings, text } from '@gennaker/ui/stage-ui';
import { WebhookAddress } from '@gennaker/ui/webhook-address';
import { WebhookSecretFields } from '@gennaker/ui/webhook-secret-fields';
import { gitTriggerSchema } from './schema.ts';

const SOURCES = [
  { value: 'github', label: 'GitHub' },
  { value: 'gitlab', label: 'GitLab' },
  { value: 'bitbucket', label: 'Bitbucket' },
  { value: 'stash', label: 'Stash' },
];
/** What each service calls the owner of a repository. */
const PROJECT: Readonly<Record<string, string>> = {
  github: 'Organization or user',
  gitlab: 'Group or user',
  bitbucket: 'Workspace, user or project key',
  stash: 'Project key',
};

export default defineTriggerUi({
  type: 'git',
  label: 'Git',
  description: 'Starts when something is pushed to a repository',
  icon: GitIcon,
  schema: gitTriggerSchema,
  defaults: () => ({ source: 'github', project: '', slug: '' }),
  summary: (trigger) => {
    const repository = [text(trigger['project']), text(trigger['slug'])].filter(Boolean).join('/');
    return [repository, text(trigger['branch'])].filter(Boolean).join(' ');
  },
  sentence: (trigger) => {
    const hash = text(trigger['hash']).slice(0, 8);
    return `Git ${text(trigger['slug'])} ${text(trigger['branch'])}${hash ? ` at ${hash}` : ''}`.trim();
  },
  Form: ({ trigger, onChange }) => {
    const source = text(trigger['source']);
    return (
      <FieldGrid>
        <OptionField
          label="Service"
          required
          value={source.toLowerCase()}
          options={SOURCES}
          onChange={(next) => onChange({ source: next })}
        />
        <WebhookAddress type="git" source={source.toLowerCase()} />
        <TextField
          label={PROJECT[source.toLowerCase()] ?? 'Project'}
          required
          value={trigger['project']}
          onChange={(project) => onChange({ project: project ?? '' })}
        />
        <TextField
          label="Repository"
          required
          value={trigger['slug']}
          onChange={(slug) => onChange({ slug: slug ?? '' })}
          {...(source === 'bitbucket' ? { help: 'Of Bitbucket Cloud with its workspace: workspace/name' } : {})}
        />
        <TextField
          label="Branch"
          mono
          placeholder="main"
          value={trigger['branch']}
          onChange={(branch) => onChange({ branch })}
          help="A regular expression that describes all of it; tags are refs/tags/… Empty: any"
        />
        <WebhookSecretFields
          trigger={trigger}
          onChange={onChange}
          help="That the service signs with, or sends as its token"
          example="git"
        />
        <Wide>
          <WordsField
            label="Events"
            placeholder="push:push"
            value={strings(trigger['events'])}
            onChange={(events) => onChange({ events: events.length > 0 ? events : undefined })}
            help="Such as push:push, pull_request:opened, repo:push. Empty: all"
          />
        </Wide>
      </FieldGrid>
    );
  },
});
