import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { ScmAccountConfig } from '@gennaker/service/scm-accounts';
import { HOST_AWAY } from './host-calls.ts';
import type { KnownTag, SourceHost } from './source-host.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const MOST_OUTPUT = 4 * 1024 * 1024;

/** What a plain git remote is reached with. */
export interface GitRemoteParts {
  readonly account: ScmAccountConfig;
  readonly secret: () => Promise<string | undefined>;
  /** Folders where the program git is looked for. */
  readonly path: string | undefined;
  /** May this address be called? @throws ServiceError when it may not */
  readonly check: (url: string) => Promise<void>;
}

/** A plain git remote, through the `git` program: no working tree, and of the history only the one commit. */
export function gitRemoteHost(parts: GitRemoteParts): SourceHost {
  const { account } = parts;
  const address = (repository: string): string => `${account.address}/${repository}`;
  const git = async (folder: string, args: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await run('git', ['-C', folder, ...args], {
        timeout: TIMEOUT_MS,
        maxBuffer: MOST_OUTPUT,
        env: environment(parts, await parts.secret()),
      });
      return stdout;
    } catch (error) {
      throw gitFailed(account, args[0] ?? '', error);
    }
  };
  const reach = async (repository: string): Promise<string> => {
    const url = address(repository);
    if (!url.startsWith('file:')) await parts.check(url);
    return url;
  };
  const findTag = async (repository: string, tag: string): Promise<KnownTag | undefined> => {
    const ref = `refs/tags/${tag}`;
    const listed = await git('/', ['ls-remote', '--', await reach(repository), ref, `${ref}^{}`]);
    const found = new Map(
      listed.split('\n').flatMap((line) => {
        const [hash, name] = line.split('\t');
        return hash && name ? [[name, hash] as const] : [];
      }),
    );
    // Of an annotated tag both the tag and the commit that it names are told.
    const hash = found.get(`${ref}^{}`) ?? found.get(ref);
    return hash === undefined ? undefined : { hash };
  };
  return {
    findTag,
    async createTag({ repository, hash, tag, message }) {
      const url = await reach(repository);
      const folder = await mkdtemp(join(tmpdir(), 'gennaker-git-'));
      try {
        await git(folder, ['init', '--bare', '--quiet', '.']);
        await git(folder, ['fetch', '--quiet', '--depth=1', '--no-tags', '--', url, hash]);
        await git(folder, ['tag', ...(message === undefined ? [] : ['-a', '-m', message]), '--', tag, hash]);
        await git(folder, ['push', '--quiet', '--', url, `refs/tags/${tag}`]);
      } catch (error) {
        // Whoever pushed a tag of this name in between was first.
        if ((await findTag(repository, tag).catch(() => undefined)) === undefined) throw error;
        throw new ServiceError(409, `"${tag}" came to be in ${repository} meanwhile`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      return { hash };
    },
  };
}

/** Nothing of this machine's user takes part: no configuration, no askpass, no redirects, no other protocol. */
function environment({ account, path }: GitRemoteParts, secret: string | undefined): NodeJS.ProcessEnv {
  const settings: [string, string][] = [
    ['http.followRedirects', 'false'],
    ['credential.helper', ''],
    ['core.hooksPath', devNull],
    ...(secret === undefined
      ? []
      : [
          [
            'http.extraHeader',
            `Authorization: Basic ${Buffer.from(`${account.username ?? 'token'}:${secret}`).toString('base64')}`,
          ] as [string, string],
        ]),
  ];
  return {
    PATH: path,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: new URL(account.address).protocol.replace(':', ''),
    GIT_AUTHOR_NAME: 'Gennaker',
    GIT_AUTHOR_EMAIL: 'gennaker@localhost',
    GIT_COMMITTER_NAME: 'Gennaker',
    GIT_COMMITTER_EMAIL: 'gennaker@localhost',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

const EXCERPT = 400;

function gitFailed(account: ScmAccountConfig, command: string, error: unknown): ServiceError {
  const { code, stderr, killed } = error as { code?: unknown; stderr?: unknown; killed?: boolean };
  if (code === 'ENOENT')
    return badRequest('The program git is not installed, which plain git remotes are reached with', {
      fix: 'install it where igor runs, such as by: apt-get install git',
    });
  const said = typeof stderr === 'string' ? stderr.trim().slice(0, EXCERPT) : '';
  const message = `"${account.name}": git ${command} failed${killed ? ` after ${TIMEOUT_MS / 1000} s` : ''}: ${said}`;
  if (
    /could not resolve host|failed to connect|connection (?:refused|timed out)|couldn't connect/i.test(said) ||
    killed
  )
    return new ServiceError(500, message, { kind: HOST_AWAY, fix: `check that ${account.address} is up` });
  if (/not our ref|couldn't find remote ref|no such remote ref/i.test(said))
    return badRequest(message, { field: 'hash', fix: 'push the commit to this repository first' });
  return badRequest(message, { fix: 'check the repository, and that the account may push to it' });
}
