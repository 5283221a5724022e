import { ServiceError } from '@gennaker/contracts/error';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import { commitHashSchema, commitStateSchema, scmRepositorySchema } from '@gennaker/contracts/scm';
import { defineNotification } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { commitOfTrigger } from './commit-of-trigger.ts';
import { githubStatusNotificationSchema } from './schema.ts';

const statusSchema = scmRepositorySchema.extend({
  hash: commitHashSchema,
  state: commitStateSchema,
  context: z.string(),
  description: z.string(),
  url: z.string().optional(),
});

/** A status of the commit on GitHub: pending while it runs, then success or failure. */
export default defineNotification({
  type: 'githubStatus',
  label: 'Commit status',
  description: 'A status of the commit on GitHub',
  schema: githubStatusNotificationSchema,
  settings: z.strictObject({}),
  examples: [
    { type: 'githubStatus', when: ['pipeline.starting', 'pipeline.complete', 'pipeline.failed'] },
    {
      type: 'githubStatus',
      repo: 'shop/cart',
      commit: '${trigger.hash}',
      context: 'deploy',
      when: ['stage.complete', 'stage.failed'],
    },
  ],
  address: ({ repo, commit }) =>
    repo ? `${repo}${commit ? ` at ${commit.slice(0, 8)}` : ''}` : "the trigger's commit",
  payload: ({ repo, commit, account, context }, message) => {
    const started = commitOfTrigger(message.trigger);
    const hash = commit || started.hash;
    const repository = repo || started.repository;
    const { remote } = started;
    if (!hash || (repository === undefined && remote === undefined))
      throw new ServiceError(422, `It is not known which ${hash ? 'repository' : 'commit'} the status is of`, {
        field: hash ? 'repo' : 'commit',
        fix: 'start the pipeline by a push or a build, or set repo and commit, which may hold expressions',
      });
    const status = statusSchema.safeParse({
      ...(account ? { account } : { source: 'github' }),
      ...(repository === undefined ? { remote } : { repository }),
      hash,
      state: stateOf(message.event),
      context: context || [message.executionName, message.stageName].filter(Boolean).join(' / ') || 'gennaker',
      description: message.subject,
      url: message.link,
    });
    if (status.success) return status.data;
    const [issue] = status.error.issues;
    throw new ServiceError(422, `The status cannot be written: ${issue?.path.join('.')} ${issue?.message}`);
  },
  async send(notification, message, { settings, igor, key }) {
    const body = statusSchema.parse(this.payload(notification, message, settings));
    await igor.setCommitStatus({ body }, { key });
  },
});

function stateOf(event: NotificationMessage['event']): z.output<typeof commitStateSchema> {
  if (event.endsWith('complete') || event === 'manualJudgmentContinue') return 'success';
  return event.endsWith('failed') || event === 'manualJudgmentStop' ? 'failure' : 'pending';
}
