import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { SourceIcon } from '@gennaker/ui/icons';
import { defineNotificationUi } from '@gennaker/ui/notification-ui';
import { text } from '@gennaker/ui/stage-ui';
import { githubStatusNotificationSchema } from './schema.ts';

export default defineNotificationUi({
  type: 'githubStatus',
  label: 'Commit status',
  description: 'At the commit on GitHub',
  icon: SourceIcon,
  schema: githubStatusNotificationSchema,
  defaults: () => ({}),
  summary: (notification) => text(notification['repo']) || 'the commit that it starts with',
  Form: ({ notification, onChange }) => (
    <FieldGrid>
      <TextField
        label="Repository"
        placeholder="The trigger’s"
        help="owner/name"
        value={notification['repo']}
        onChange={(repo) => onChange({ repo })}
      />
      <TextField
        label="Commit"
        placeholder="The trigger’s"
        value={notification['commit']}
        onChange={(commit) => onChange({ commit })}
      />
      <TextField
        label="Status of"
        placeholder="The pipeline’s name"
        help="The newest status of each such name counts"
        value={notification['context']}
        onChange={(context) => onChange({ context })}
      />
      <TextField
        label="Account"
        placeholder="The one of GitHub"
        help="Name under scm.accounts in gennaker.yml"
        value={notification['account']}
        onChange={(account) => onChange({ account })}
      />
    </FieldGrid>
  ),
});
