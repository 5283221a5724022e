import { ServiceError } from '@gennaker/contracts/error';
import { describe, expect, it } from 'vitest';
import { commitOfExecution } from './commit-of-execution.ts';
import { tagSourceSchema } from './schema.ts';
import stage from './stage.ts';

const HASH = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const REMOTE = 'git@github.com:example/hello.git';
const build = (...scm: { sha1: string; remoteUrl: string }[]) => ({ scm });
const git = { type: 'git', source: 'github', project: 'example', slug: 'hello', hash: HASH };

type Json = Record<string, unknown>;
async function run(context: Json, trigger: Json, answer: () => unknown, builds: readonly unknown[] = []) {
  const asked: unknown[] = [];
  const result = await stage.tasks({} as never, {} as never)[0]?.run({
    context: tagSourceSchema.parse(context),
    trigger,
    key: 'KEY',
    ancestorOutputs: () => builds,
    ports: {
      igor: {
        tagCommit: async (args: { body: unknown }, options: { key: string }) => {
          asked.push({ ...(args.body as Json), key: options.key });
          return answer();
        },
      },
    },
  } as never);
  return { result, asked };
}
const done = { account: 'github', repository: 'example/hello', hash: HASH, tag: 'v1', created: true };

describe('the commit of an execution', () => {
  it('is that of the git trigger, with its repository', () => {
    expect(commitOfExecution({}, git, [])).toEqual({
      commit: { hash: HASH, source: 'github', repository: 'example/hello' },
    });
  });

  it('is of the repository that Bitbucket names as a whole', () => {
    const trigger = { ...git, source: 'bitbucket', slug: 'team/hello' };
    expect(commitOfExecution({}, trigger, [])).toMatchObject({ commit: { repository: 'team/hello' } });
  });

  it('is the revision of the build that started it, or else of the nearest build that it ran', () => {
    const [one, two] = [build({ sha1: HASH, remoteUrl: REMOTE }), build({ sha1: OTHER, remoteUrl: REMOTE })];
    expect(commitOfExecution({}, { type: 'jenkins', buildInfo: one }, [two])).toEqual({
      commit: { hash: HASH, remote: REMOTE },
    });
    expect(commitOfExecution({}, { type: 'manual' }, [two, one])).toEqual({ commit: { hash: OTHER, remote: REMOTE } });
  });

  it('is that of the execution that started it, where its own trigger has none', () => {
    const trigger = {
      type: 'pipeline',
      parentExecution: { trigger: { type: 'pipeline', parentExecution: { trigger: git } } },
    };
    expect(commitOfExecution({}, trigger, [])).toMatchObject({ commit: { hash: HASH } });
  });

  it('is the one that the stage names, where the trigger says only the repository', () => {
    expect(commitOfExecution({ hash: OTHER }, git, [])).toEqual({
      commit: { hash: OTHER, source: 'github', repository: 'example/hello' },
    });
    expect(commitOfExecution({ hash: OTHER, repository: 'a/b', account: 'x' }, git, [])).toEqual({
      commit: { hash: OTHER, repository: 'a/b', account: 'x' },
    });
  });

  it('has to be said where a build is of several', () => {
    const trigger = {
      type: 'jenkins',
      buildInfo: build(
        { sha1: HASH, remoteUrl: REMOTE },
        { sha1: OTHER, remoteUrl: 'https://git.example.com/x/library' },
      ),
    };
    expect(commitOfExecution({}, trigger, [])).toMatchObject({
      problem: { summary: expect.stringContaining('2 commits'), next: expect.stringContaining('which repository') },
    });
    expect(commitOfExecution({ repository: 'x/library' }, trigger, [])).toMatchObject({ commit: { hash: OTHER } });
    expect(commitOfExecution({ repository: 'example/hello' }, trigger, [])).toMatchObject({ commit: { hash: HASH } });
  });

  it('is missed in words where nothing names one', () => {
    expect(commitOfExecution({}, { type: 'manual' }, [])).toMatchObject({
      problem: { summary: 'What started this execution names no commit' },
    });
  });
});

describe('tagSource', () => {
  it('has examples that its schema takes', () => {
    for (const example of stage.examples) expect(stage.schema.safeParse(example).success).toBe(true);
  });

  it('asks igor for the tag under its key, and says what it did', async () => {
    const { result, asked } = await run({ tag: 'v1', message: 'one' }, git, () => done);
    expect(asked).toEqual([
      { hash: HASH, source: 'github', repository: 'example/hello', tag: 'v1', message: 'one', key: 'KEY' },
    ]);
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { tag: 'v1', taggedHash: HASH, taggedRepository: 'example/hello' },
      reason: { summary: `Tagged ${HASH.slice(0, 7)} of example/hello as v1` },
    });
  });

  it('releases the tag with its name and notes, and leads to it', async () => {
    const { result, asked } = await run(
      { tag: 'v1', release: true, releaseName: 'One', releaseNotes: 'New', prerelease: true },
      git,
      () => ({
        ...done,
        created: false,
        release: { created: true, url: 'https://github.com/example/hello/releases/1' },
      }),
    );
    expect(asked).toMatchObject([{ release: { name: 'One', notes: 'New', prerelease: true } }]);
    expect(result?.outputs).toMatchObject({ releaseUrl: 'https://github.com/example/hello/releases/1' });
    expect(result?.reason?.summary).toContain('has the tag v1 already, and released it');
  });

  it.each([
    ['a name that git does not take', { tag: 'v 1' }, /"v 1" is no name of a tag/],
    ['no name', {}, /"" is no name of a tag: it must not be empty/],
    ['a shortened commit', { tag: 'v1', hash: 'abc1234', repository: 'a/b' }, /"abc1234" must be a commit's whole SHA/],
  ])('refuses %s before any host is asked', async (_what, context, message) => {
    const { result, asked } = await run(context, git, () => done);
    expect(result).toMatchObject({ status: 'TERMINAL', reason: { summary: expect.stringMatching(message) } });
    expect(asked).toEqual([]);
  });

  it('waits for a host that is away, and fails with the words of one that refuses', async () => {
    const away = await run({ tag: 'v1' }, git, () => {
      throw new ServiceError(500, '"github" did not answer', { kind: 'SOURCE_HOST_AWAY' });
    });
    expect(away.result).toMatchObject({ status: 'RUNNING', wakeAfterMs: 15_000 });
    const refused = run({ tag: 'v1' }, git, () => {
      throw new ServiceError(409, 'Tag "v1" is on another commit');
    });
    await expect(refused).rejects.toThrow('on another commit');
  });
});
