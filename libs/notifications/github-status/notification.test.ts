import type { NotificationSender } from '@gennaker/extension-sdk/notification';
import { expect, it } from 'vitest';
import { FAILED, sendBy } from '../receiver.fixture.ts';
import { commitOfTrigger } from './commit-of-trigger.ts';
import githubStatus from './notification.ts';

const HASH = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
type Status = Parameters<NotificationSender<unknown>['igor']['setCommitStatus']>[0]['body'];

async function statusOf(notification: object, message = FAILED): Promise<Status | undefined> {
  let set: Status | undefined;
  await sendBy(githubStatus, notification, message, {
    http: async () => {
      throw new Error('source hosts are reached through igor');
    },
    igor: {
      setCommitStatus: async ({ body }, options) => {
        expect(options?.key).toBe('01DELIVERY');
        set = body;
        return { account: 'github', repository: '', hash: body.hash, state: body.state };
      },
    },
  });
  return set;
}

it('sets a status of the commit that was pushed: pending, then success or failure', async () => {
  const trigger = { type: 'git', source: 'github', project: 'shop', slug: 'cart', hash: HASH };
  const base = { source: 'github', repository: 'shop/cart', hash: HASH, context: 'Deploy <cart>', url: FAILED.link };
  expect(await statusOf({}, { ...FAILED, trigger })).toEqual({
    ...base,
    state: 'failure',
    description: FAILED.subject,
  });
  expect(await statusOf({}, { ...FAILED, trigger, event: 'pipeline.starting' })).toMatchObject({ state: 'pending' });
  const stage = { ...FAILED, trigger, event: 'stage.complete', stageName: 'Bake' };
  expect(await statusOf({}, stage)).toMatchObject({ state: 'success', context: 'Deploy <cart> / Bake' });
});

it("takes the build's commit, or that of the execution which started this one", () => {
  const trigger = { buildInfo: { scm: [{ sha1: HASH, remoteUrl: 'https://github.com/shop/cart.git' }] } };
  const commit = { hash: HASH, remote: 'https://github.com/shop/cart.git' };
  expect(commitOfTrigger(trigger)).toEqual(commit);
  expect(commitOfTrigger({ type: 'pipeline', parentExecution: { trigger } })).toEqual(commit);
  expect(commitOfTrigger('nonsense')).toEqual({});
});

it('takes what the notification names, and says what is missing', async () => {
  const named = { repo: 'shop/other', commit: OTHER, context: 'deploy', account: 'mine' };
  expect(await statusOf(named)).toMatchObject({
    account: 'mine',
    repository: 'shop/other',
    hash: OTHER,
    context: 'deploy',
  });
  await expect(statusOf({})).rejects.toMatchObject({ status: 422, details: { field: 'commit' } });
  await expect(statusOf({ commit: HASH })).rejects.toMatchObject({ status: 422, details: { field: 'repo' } });
});
