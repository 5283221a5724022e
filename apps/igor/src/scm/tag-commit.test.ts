import { describe, expect, it } from 'vitest';
import { type HostAnswers, hostsWith } from './scm.fixture.ts';
import { tagCommit } from './tag-commit.ts';

const HASH = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const credentials = { type: 'environment', variable: 'SCM_TOKEN' } as const;
const asked = { repository: 'example/hello', hash: HASH, tag: 'v1' };
const none = [404, { message: 'Not Found' }] as const;

/** A GitHub that keeps tags and releases, as its REST API documents them. */
function github(has: { tag?: string; release?: boolean } = {}): HostAnswers {
  let [tag, release] = [has.tag, has.release ?? false];
  const page = { html_url: 'https://github.com/example/hello/releases/tag/v1' };
  return (call) => {
    switch (call) {
      case 'GET /repos/example/hello/git/ref/tags/v1':
        return tag === undefined ? none : [200, { ref: 'refs/tags/v1', object: { type: 'commit', sha: tag } }];
      case 'POST /repos/example/hello/git/tags':
        return [201, { sha: 'd'.repeat(40), tag: 'v1' }];
      case 'POST /repos/example/hello/git/refs':
        if (tag !== undefined) return [422, { message: 'Reference already exists' }];
        tag = HASH;
        return [201, { ref: 'refs/tags/v1', object: { type: 'commit', sha: HASH } }];
      case 'GET /repos/example/hello/releases/tags/v1':
        return release ? [200, page] : none;
      case 'POST /repos/example/hello/releases':
        release = true;
        return [201, page];
      default:
        return [500, { message: `nobody expected ${call}` }];
    }
  };
}

describe('a tag on GitHub', () => {
  const account = { name: 'github', type: 'github', credentials } as const;

  it('is made on the commit with the credentials and the version of the API', async () => {
    const hosts = hostsWith(account, github());
    const result = await tagCommit(hosts, { ...asked, account: 'github' });
    expect(result).toEqual({ account: 'github', ...asked, created: true });
    expect(hosts.requests.at(-1)).toMatchObject({
      call: 'POST /repos/example/hello/git/refs',
      body: { ref: 'refs/tags/v1', sha: HASH },
      headers: { authorization: 'Bearer secret-token', 'x-github-api-version': '2022-11-28' },
    });
  });

  it('with a message is an object of its own, which the reference names', async () => {
    const hosts = hostsWith(account, github());
    await tagCommit(hosts, { ...asked, account: 'github', message: 'One' });
    expect(hosts.requests.slice(1).map(({ call, body }) => [call, body])).toEqual([
      ['POST /repos/example/hello/git/tags', { tag: 'v1', message: 'One', object: HASH, type: 'commit' }],
      ['POST /repos/example/hello/git/refs', { ref: 'refs/tags/v1', sha: 'd'.repeat(40) }],
    ]);
  });

  it('and its release are left as they are when they are there', async () => {
    const hosts = hostsWith(account, github({ tag: HASH, release: true }));
    const result = await tagCommit(hosts, { ...asked, account: 'github', release: {} });
    expect(result).toMatchObject({ created: false, release: { created: false } });
    expect(hosts.requests.every(({ call }) => call.startsWith('GET'))).toBe(true);
  });

  it('is released with its name and notes', async () => {
    const hosts = hostsWith(account, github({ tag: HASH }));
    const result = await tagCommit(hosts, { ...asked, account: 'github', release: { notes: 'New', prerelease: true } });
    expect(result.release).toEqual({ created: true, url: 'https://github.com/example/hello/releases/tag/v1' });
    expect(hosts.requests.at(-1)?.body).toEqual({ tag_name: 'v1', name: 'v1', body: 'New', prerelease: true });
  });

  it('on another commit is refused, with that commit', async () => {
    const hosts = hostsWith(account, github({ tag: OTHER }));
    await expect(tagCommit(hosts, { ...asked, account: 'github' })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining(`is on commit ${OTHER} already`),
    });
  });

  it('that is annotated is followed to its commit', async () => {
    const hosts = hostsWith(account, (call) =>
      call.endsWith('/git/ref/tags/v1')
        ? [200, { object: { type: 'tag', sha: 'd'.repeat(40) } }]
        : [200, { object: { type: 'commit', sha: HASH } }],
    );
    expect(await tagCommit(hosts, { ...asked, account: 'github' })).toMatchObject({ created: false });
  });

  it('which somebody else makes at the same moment is found, and judged like any other', async () => {
    for (const [winner, ok] of [
      [HASH, true],
      [OTHER, false],
    ] as const) {
      let looks = 0;
      const hosts = hostsWith(account, (call) => {
        if (call.startsWith('POST')) return [422, { message: 'Reference already exists' }];
        return looks++ === 0 ? none : [200, { object: { type: 'commit', sha: winner } }];
      });
      const result = tagCommit(hosts, { ...asked, account: 'github' });
      await (ok
        ? expect(result).resolves.toMatchObject({ tag: 'v1' })
        : expect(result).rejects.toMatchObject({ status: 409 }));
    }
  });

  it.each([
    [401, 400, /credentials/],
    [503, 500, /again/],
    [422, 400, /check the repository/],
  ])('answered with %i is told with what to do, and never with the token', async (answered, status, fix) => {
    const hosts = hostsWith(account, (call) => (call.startsWith('GET') ? none : [answered, { message: 'no' }]));
    const error: unknown = await tagCommit(hosts, { ...asked, account: 'github' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status, details: { fix: expect.stringMatching(fix) } });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret-token');
  });
});

describe('a tag on GitLab', () => {
  const account = { name: 'lab', type: 'gitlab', address: 'https://git.example.com/api/v4', credentials } as const;

  it('is made and released in the project of the remote', async () => {
    const hosts = hostsWith(account, (call) => {
      if (call.startsWith('GET')) return none;
      return call.endsWith('/tags')
        ? [201, { name: 'v1', commit: { id: HASH } }]
        : [201, { tag_name: 'v1', _links: { self: 'https://git.example.com/group/sub/hello/-/releases/v1' } }];
    });
    const result = await tagCommit(hosts, {
      ...{ hash: HASH, tag: 'v1', message: 'One', release: { name: 'One', notes: 'New' } },
      remote: 'git@git.example.com:group/sub/hello.git',
    });
    expect(result).toMatchObject({ account: 'lab', repository: 'group/sub/hello', release: { created: true } });
    expect(hosts.requests.filter(({ body }) => body).map(({ call, body }) => [call, body])).toEqual([
      ['POST /projects/group%2Fsub%2Fhello/repository/tags', { tag_name: 'v1', ref: HASH, message: 'One' }],
      ['POST /projects/group%2Fsub%2Fhello/releases', { tag_name: 'v1', name: 'One', description: 'New' }],
    ]);
  });
});

describe('a tag on Bitbucket', () => {
  it('is made in the cloud', async () => {
    const hosts = hostsWith({ name: 'b', type: 'bitbucket', username: 'robot', credentials }, (call) =>
      call.startsWith('GET') ? none : [201, { name: 'v1', target: { hash: HASH } }],
    );
    expect(await tagCommit(hosts, { ...asked, source: 'bitbucket' })).toMatchObject({ created: true });
    expect(hosts.requests.at(-1)).toMatchObject({
      call: 'POST /repositories/example/hello/refs/tags',
      body: { name: 'v1', target: { hash: HASH } },
      headers: { authorization: `Basic ${Buffer.from('robot:secret-token').toString('base64')}` },
    });
  });

  it('is made on a server, which has no releases', async () => {
    const hosts = hostsWith({ name: 's', type: 'stash', address: 'https://stash.example.com' }, (call) =>
      call.startsWith('GET') ? none : [200, { displayId: 'v1', latestCommit: HASH }],
    );
    await tagCommit(hosts, { hash: HASH, tag: 'v1', remote: 'https://stash.example.com/scm/PRJ/hello.git' });
    expect(hosts.requests.at(-1)).toMatchObject({
      call: 'POST /rest/api/1.0/projects/PRJ/repos/hello/tags',
      body: { name: 'v1', startPoint: HASH },
    });
    await expect(tagCommit(hosts, { ...asked, source: 'stash', release: {} })).rejects.toThrow(/has no releases/);
  });
});
