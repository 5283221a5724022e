import { describe, expect, it } from 'vitest';
import type { CommitState } from '@gennaker/contracts/scm';
import { scmHandlers } from './handlers.ts';
import { type HostAnswers, hostsWith } from './scm.fixture.ts';

const HASH = 'a'.repeat(40);
const body = {
  ...{ repository: 'example/hello', hash: HASH, context: 'gennaker/deploy', description: 'x'.repeat(300) },
  url: 'https://deck.example.com/#/executions/1',
};

async function say(account: Parameters<typeof hostsWith>[0], state: CommitState, answers: HostAnswers) {
  const hosts = hostsWith(account, answers);
  const answer = await scmHandlers(hosts).setCommitStatus({ body: { ...body, state, account: account.name } } as never);
  return { answer, request: hosts.requests[0] };
}

describe('the status of a commit', () => {
  it.each([
    ['pending', 'pending'],
    ['success', 'success'],
    ['failure', 'failure'],
    ['cancelled', 'error'],
  ] as const)('%s is "%s" on GitHub, with a description of the length that it takes', async (state, word) => {
    const { answer, request } = await say({ name: 'a', type: 'github' }, state, () => [201, { state: word }]);
    expect(request?.call).toBe(`POST /repos/example/hello/statuses/${HASH}`);
    expect(request?.body).toEqual({
      ...{ state: word, context: 'gennaker/deploy', description: 'x'.repeat(140), target_url: body.url },
    });
    expect(answer).toEqual({ account: 'a', repository: 'example/hello', hash: HASH, state });
  });

  it('is set on GitLab by its name, and said again it is no failure', async () => {
    const first = await say({ name: 'a', type: 'gitlab' }, 'failure', () => [201, { status: 'failed' }]);
    expect(first.request).toMatchObject({
      call: `POST /projects/example%2Fhello/statuses/${HASH}`,
      body: { state: 'failed', name: 'gennaker/deploy', target_url: body.url },
    });
    const again = await say({ name: 'a', type: 'gitlab' }, 'pending', () => [
      400,
      { message: 'Cannot transition status via :enqueue from :pending' },
    ]);
    expect(again.answer).toMatchObject({ state: 'pending' });
  });

  it('is a build status on both Bitbuckets', async () => {
    const cloud = await say({ name: 'a', type: 'bitbucket' }, 'cancelled', () => [201, { key: 'k' }]);
    expect(cloud.request).toMatchObject({
      call: `POST /repositories/example/hello/commit/${HASH}/statuses/build`,
      body: { key: 'gennaker/deploy', state: 'STOPPED', url: body.url },
    });
    const server = await say({ name: 'a', type: 'stash', address: 'https://stash.example.com' }, 'cancelled', () => [
      204,
      '',
    ]);
    expect(server.request).toMatchObject({
      call: `POST /rest/build-status/1.0/commits/${HASH}`,
      body: { key: 'gennaker/deploy', state: 'FAILED' },
    });
  });

  it('is nothing that a plain git remote has', async () => {
    const refused = say({ name: 'a', type: 'git', address: 'https://git.example.com' }, 'success', () => [200, {}]);
    await expect(refused).rejects.toThrow(/has no statuses of commits/);
  });
});

describe('commits between two revisions', () => {
  it('are told the newest first', async () => {
    const commit = (sha: string, date: string) => ({
      sha,
      html_url: `https://github.com/example/hello/commit/${sha}`,
      commit: { message: `what ${sha} did`, author: { name: 'Ann', date } },
    });
    const hosts = hostsWith({ name: 'a', type: 'github' }, () => [
      200,
      {
        html_url: 'https://x',
        commits: [commit('1111111aa', '2026-01-01T00:00:00Z'), commit('2222222bb', '2026-01-02T00:00:00Z')],
      },
    ]);
    const query = { account: 'a', repository: 'example/hello', from: 'v1', to: 'main' };
    const found = await scmHandlers(hosts).compareCommits({ query } as never);
    expect(hosts.requests[0]?.call).toBe('GET /repos/example/hello/compare/v1...main');
    expect(found).toMatchObject([
      { id: '2222222bb', displayId: '2222222', authorDisplayName: 'Ann', timestamp: 1_767_312_000_000 },
      { id: '1111111aa' },
    ]);
  });
});
