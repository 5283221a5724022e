import { ServiceError } from '@gennaker/contracts/error';
import type { EchoEvent } from '@gennaker/contracts/echo';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import { describe, expect, it } from 'vitest';
import { readGitEvent } from './git-event.ts';
import { gitTriggerSchema } from './schema.ts';
import git from './trigger.ts';

type Json = Record<string, unknown>;

const ZERO = '0'.repeat(40);
const push = (changes: Json = {}): Json => ({
  ref: 'refs/heads/main',
  after: 'abc123def456',
  repository: { name: 'orca', owner: { name: 'spinnaker' }, full_name: 'spinnaker/orca' },
  commits: [{ added: ['k8s/app.yml'], modified: ['README.md'] }],
  ...changes,
});
const pull: Json = {
  action: 'opened',
  pull_request: { number: 7, draft: false, state: 'open', title: 'T', head: { ref: 'feature', sha: 'f00' } },
  repository: { name: 'orca', owner: { login: 'spinnaker' } },
};
const read = (source: string, content: Json, headers: Record<string, string> = {}) =>
  readGitEvent({ source, headers, content });

/** What a refused webhook is told. */
function refusal(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: error.status, told: `${error.message} ${error.details.fix}` };
  }
}

const event = (content: Json, source = 'github', headers: Record<string, string> = {}): EchoEvent => ({
  type: 'git',
  source,
  content,
  headers,
});
const trigger = (changes: Json = {}) =>
  gitTriggerSchema.parse({ type: 'git', source: 'github', project: 'spinnaker', slug: 'orca', ...changes }) as never;
const proof = (secret: string | undefined, named: Record<string, string> = {}): SenderProof => ({
  given: secret !== undefined,
  secretNamed: (name) => named[name],
  madeWith: (wanted) => wanted === secret,
});

describe('a git webhook is read', () => {
  it.each<[string, string, Json, Record<string, string>, Json]>([
    [
      'a push of GitHub',
      'github',
      push(),
      { 'x-github-event': 'push' },
      { project: 'spinnaker', slug: 'orca', branch: 'main', hash: 'abc123def456', action: 'push:push' },
    ],
    ['a pushed tag', 'GitHub', push({ ref: 'refs/tags/v1' }), {}, { branch: 'refs/tags/v1' }],
    [
      'a pull request',
      'github',
      pull,
      { 'x-github-event': 'pull_request' },
      {
        branch: 'feature',
        hash: 'f00',
        action: 'pull_request:opened',
        properties: { number: 7, draft: false, state: 'open', title: 'T' },
      },
    ],
    [
      'a branch of GitHub',
      'github',
      { ref: 'dev', ref_type: 'branch', repository: { name: 'orca', owner: { login: 'spinnaker' } } },
      { 'x-github-event': 'create' },
      { branch: 'dev', hash: '', action: 'branch:create' },
    ],
    [
      'a push of GitLab',
      'gitlab',
      { object_kind: 'push', ref: 'refs/heads/x/y', after: 'a1', project: { namespace: 'Team', name: 'shop' } },
      {},
      { project: 'Team', slug: 'shop', branch: 'x/y', hash: 'a1', action: 'push' },
    ],
    [
      'a push of Bitbucket Cloud',
      'bitbucket',
      {
        repository: { full_name: 'team/shop', owner: { username: 'team' } },
        push: {
          changes: [{ new: { name: 'main', target: { hash: 't' } }, commits: [{ hash: 'c1' }, { hash: 'c0' }] }],
        },
      },
      { 'x-event-key': 'repo:push' },
      { project: 'team', slug: 'team/shop', branch: 'main', hash: 'c1', action: 'repo:push' },
    ],
    [
      'a merged pull request of Bitbucket Cloud',
      'bitbucket',
      {
        repository: { full_name: 'team/shop', project: { key: 'KEY' } },
        pullrequest: { destination: { branch: { name: 'main' } }, merge_commit: { hash: 'm' } },
      },
      { 'x-event-key': 'pullrequest:fulfilled' },
      { project: 'KEY', branch: 'main', hash: 'm', action: 'pullrequest:fulfilled' },
    ],
    [
      'a push of Bitbucket Server',
      'bitbucket',
      {
        repository: { slug: 'shop', project: { key: 'KEY' } },
        changes: [{ ref: { id: 'refs/heads/main' }, toHash: 's1' }],
      },
      { 'x-event-key': 'repo:refs_changed' },
      { project: 'KEY', slug: 'shop', branch: 'main', hash: 's1', action: 'repo:refs_changed' },
    ],
    ...(['pr:opened', 'pr:merged'] as const).map((key): [string, string, Json, Record<string, string>, Json] => [
      `${key} of Bitbucket Server`,
      'bitbucket',
      {
        pullRequest: {
          fromRef: { id: 'refs/heads/f', latestCommit: 'f1', repository: { slug: 'shop', project: { key: 'KEY' } } },
          toRef: { id: 'refs/heads/main', latestCommit: 't1', repository: { slug: 'shop', project: { key: 'KEY' } } },
          properties: { mergeCommit: { id: 'm1' } },
        },
      },
      { 'x-event-key': key },
      key === 'pr:merged' ? { branch: 'main', hash: 'm1', action: key } : { branch: 'f', hash: 'f1', action: key },
    ]),
    [
      'a push of Stash',
      'stash',
      {
        repository: { slug: 'shop', project: { key: 'KEY' } },
        refChanges: [{ refId: 'refs/heads/main', toHash: 's1' }],
      },
      {},
      { project: 'KEY', slug: 'shop', branch: 'main', hash: 's1', action: '' },
    ],
  ])('%s', (_label, source, content, headers, expected) => {
    expect(read(source, content, headers)).toMatchObject([expected]);
  });

  it.each<[string, string, Json, Record<string, string>, string]>([
    ['GitHub pings', 'github', { zen: 'z', hook_id: 1 }, { 'x-github-event': 'ping' }, 'it is a ping'],
    ['a branch of GitHub is deleted', 'github', push({ after: ZERO }), {}, 'main of spinnaker/orca was deleted'],
    ['a star is given', 'github', { action: 'created' }, { 'x-github-event': 'star' }, 'a star event of GitHub'],
    ['a merge request of GitLab', 'gitlab', { object_kind: 'merge_request' }, {}, 'is about no branch'],
    ['Bitbucket tests', 'bitbucket', {}, { 'x-event-key': 'repo:push' }, 'its body is empty'],
    ['Bitbucket Server tests', 'bitbucket', { test: true }, { 'x-event-key': 'diagnostics:ping' }, 'it is a test'],
    [
      'a branch of Bitbucket is deleted',
      'bitbucket',
      { repository: { full_name: 'team/shop' }, push: { changes: [{ new: null, old: { name: 'old' } }] } },
      { 'x-event-key': 'repo:push' },
      'old of team/shop was deleted',
    ],
    [
      'a push without changes',
      'stash',
      { repository: { slug: 's', project: { key: 'K' } }, refChanges: [] },
      {},
      'changes nothing',
    ],
  ])('and ignored with its reason: %s', (_label, source, content, headers, reason) => {
    expect(read(source, content, headers)).toMatchObject({ ignored: expect.stringContaining(reason) });
    expect(git.readWebhook?.({ source, headers, content }).ignored?.summary).toContain(reason);
  });

  it.each<[string, string, Json, Record<string, string>, string]>([
    ['an unknown service', 'gerrit', push(), {}, 'one of github, gitlab, bitbucket, stash'],
    ['a push without a repository', 'github', { ref: 'refs/heads/main', after: 'a' }, {}, 'repository'],
    ['a push of GitLab without a project', 'gitlab', { object_kind: 'push', ref: 'r', after: 'a' }, {}, 'project'],
    ['a push of Bitbucket of another shape', 'bitbucket', { push: 1 }, { 'x-event-key': 'repo:push' }, 'repository'],
  ])('or refused: %s', (_label, source, content, headers, part) => {
    expect(refusal(() => read(source, content, headers))).toMatchObject({
      status: 400,
      told: expect.stringContaining(part),
    });
  });
});

describe('git trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of git.examples) expect(git.schema.safeParse(example).success).toBe(true);
  });

  it('wants its repository, in whatever case, and a branch that is described as a whole', () => {
    expect(git.match(trigger({ project: 'Spinnaker', slug: 'ORCA', branch: 'ma.*' }), event(push()))).toEqual({
      matches: true,
      reason: { summary: 'push:push of spinnaker/orca, main at abc123de' },
    });
  });

  it('matches any branch of a push of several', () => {
    const several = event(
      {
        repository: { slug: 'shop', project: { key: 'KEY' } },
        changes: ['dev', 'main'].map((name) => ({ ref: { id: `refs/heads/${name}` }, toHash: `h-${name}` })),
      },
      'bitbucket',
      { 'x-event-key': 'repo:refs_changed' },
    );
    const main = trigger({ source: 'bitbucket', project: 'KEY', slug: 'shop', branch: 'main' });
    expect(git.match(main, several).matches).toBe(true);
    expect(git.toTrigger(main, several)).toMatchObject({ branch: 'main', hash: 'h-main' });
  });

  it.each<[string, Json, EchoEvent, boolean, string]>([
    ['service', { source: 'gitlab' }, event(push()), true, 'its source is "gitlab", the event came from "github"'],
    [
      'repository',
      { slug: 'echo' },
      event(push()),
      true,
      'its repository is "spinnaker/echo", the event is of "spinnaker/orca"',
    ],
    ['branch', { branch: 'mai' }, event(push()), false, 'its branch is /mai/, the event is about "main"'],
    ['pattern', { branch: '(?=x)' }, event(push()), false, 'its branch is no RE2 pattern'],
    [
      'action',
      { events: ['pull_request:opened'] },
      event(push()),
      false,
      'it wants pull_request:opened, this is push:push',
    ],
    ['deleted branch', {}, event(push({ after: ZERO })), false, 'main of spinnaker/orca was deleted'],
  ])('refuses another %s', (_label, changes, given, elsewhere, summary) => {
    const result = git.match(trigger(changes), given);
    expect(result.matches).toBe(false);
    expect(result.elsewhere === true).toBe(elsewhere);
    expect(result.reason.summary).toContain(summary);
  });

  it.each<[string, Json, SenderProof | undefined, string | undefined]>([
    ['with the right one', { secret: 's' }, proof('s'), undefined],
    ['with a wrong one', { secret: 's' }, proof('x'), 'the signature was not made with the secret of the trigger'],
    ['unsigned', { secret: 's' }, proof(undefined), 'the event is not signed'],
    ['unsigned, and not as a webhook', { secret: 's' }, undefined, 'the event is not signed'],
    ['signed, where the trigger has none', {}, proof('s'), 'has no secret to check the signature with'],
    ['with the one that serves all', {}, proof('s', { git: 's' }), undefined],
    ['unsigned, where one serves all', {}, proof(undefined, { git: 's' }), 'the event is not signed'],
    ['with the one that is named', { secretName: 'team' }, proof('t', { git: 's', team: 't' }), undefined],
    ['with another than the named one', { secretName: 'team' }, proof('s', { git: 's', team: 't' }), 'not made with'],
    ['where the named one is unknown', { secretName: 'x' }, proof('s', { git: 's' }), 'has no secret "x"'],
  ])('believes a sender by the secret: %s', (_label, changes, given, refusal) => {
    const result = git.match(trigger(changes), event(push()), given);
    expect(result.matches).toBe(refusal === undefined);
    if (refusal !== undefined) expect(result.reason.summary).toContain(refusal);
  });

  it('hands commit, branch and changed files to the execution, and no secret', () => {
    const started = git.toTrigger(trigger({ id: 't', secret: 's3cret', secretName: 'team' }), event(push()));
    expect(started).toMatchObject({
      type: 'git',
      id: 't',
      hash: 'abc123def456',
      branch: 'main',
      action: 'push:push',
      artifacts: [
        {
          type: 'github/file',
          name: 'k8s/app.yml',
          version: 'main',
          reference: 'https://api.github.com/repos/spinnaker/orca/contents/k8s/app.yml',
        },
        { name: 'README.md' },
      ],
    });
    expect(JSON.stringify(started)).not.toContain('s3cret');
    expect(JSON.stringify(started)).not.toContain('team');
  });
});
