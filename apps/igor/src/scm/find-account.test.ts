import { scmAccountConfigSchema } from '@gennaker/service/scm-accounts';
import { describe, expect, it } from 'vitest';
import { findRepository } from './find-account.ts';
import { parseRemote } from './remote.ts';

const accounts = [
  { name: 'public', type: 'github' },
  { name: 'own', type: 'github', address: 'https://github.example.com/api/v3' },
  { name: 'lab', type: 'gitlab' },
].map((one) => scmAccountConfigSchema.parse(one));

describe('an address that a repository is cloned from', () => {
  it.each([
    ['https://github.com/example/hello.git', 'github.com', 'example/hello'],
    ['https://robot:secret@GitHub.com/example/hello', 'github.com', 'example/hello'],
    ['git@github.com:example/hello.git', 'github.com', 'example/hello'],
    ['ssh://git@git.example.com:2222/group/sub/hello.git', 'git.example.com', 'group/sub/hello'],
    ['https://stash.example.com/scm/PRJ/hello.git', 'stash.example.com', 'PRJ/hello'],
  ])('%s is on %s at %s', (address, host, path) => {
    expect(parseRemote(address)).toEqual({ host, path });
  });

  it.each(['', 'hello', 'https://github.com/', 'not an address'])('"%s" is none', (address) => {
    expect(parseRemote(address)).toBeUndefined();
  });
});

describe('the account of a repository', () => {
  it('is the one that is named, the one of the host, or the only one of the type', () => {
    expect(findRepository(accounts, { account: 'own', repository: 'a/b' }).account.name).toBe('own');
    expect(findRepository(accounts, { remote: 'git@github.example.com:a/b' }).account.name).toBe('own');
    expect(findRepository(accounts, { source: 'gitlab', repository: 'a/b' }).account.name).toBe('lab');
  });

  it.each([
    [{ account: 'other', repository: 'a/b' }, /no account "other"/, /public, own, lab/],
    [{ source: 'github', repository: 'a/b' }, /2 accounts .* public, own/, /name one/],
    [{ remote: 'git@elsewhere.org:a/b' }, /for host elsewhere.org/, /add one/],
    [{ account: 'lab' }, /No repository is given/, /organisation\/name/],
    [{ account: 'lab', remote: 'https://gitlab.com/a/..%2fb' }, /no path of a repository/, /organisation\/name/],
  ] as const)('is asked for in words: %j', (asked, message, fix) => {
    const find = (): unknown => findRepository(accounts, asked);
    expect(find).toThrow(message);
    try {
      find();
    } catch (error) {
      expect(error).toMatchObject({ details: { fix: expect.stringMatching(fix) } });
    }
  });

  it('needs an address where its type has no public one', () => {
    const parsed = scmAccountConfigSchema.safeParse({ name: 'x', type: 'stash' });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['address'], message: expect.stringContaining('stash') });
    expect(scmAccountConfigSchema.safeParse({ name: 'x', type: 'github', address: 'file:///srv' }).success).toBe(false);
  });
});
