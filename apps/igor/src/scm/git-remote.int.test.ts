import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServiceError } from '@gennaker/contracts/error';
import { scmAccountConfigSchema } from '@gennaker/service/scm-accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagCommit } from './tag-commit.ts';

let folder: string;
let server: Server;
let port: number;
let first: string;
let second: string;

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
const bare = (): string => join(folder, 'remotes/team/hello.git');
const tagAt = (tag: string): string => git('-C', bare(), 'rev-parse', `${tag}^{commit}`);
const hosts = (address: string, more: object = {}) => ({
  accounts: [scmAccountConfigSchema.parse({ name: 'own', type: 'git', address, ...more })],
  http: () => Promise.reject(new Error('git does it alone')),
  checkEgress: async () => {},
  secrets: { folder, variable: (name: string) => (name === 'PATH' ? process.env['PATH'] : 'open-sesame') },
});
const asked = { account: 'own', repository: 'team/hello.git' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gennaker-git-test-'));
  git('init', '--quiet', '--bare', bare());
  git('-C', bare(), 'config', 'http.receivepack', 'true');
  const work = join(folder, 'work');
  git('init', '--quiet', work);
  const commit = (message: string): string => {
    git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', message);
    return git('-C', work, 'rev-parse', 'HEAD');
  };
  [first, second] = [commit('one'), commit('two')];
  git('-C', work, 'push', '--quiet', bare(), 'HEAD:refs/heads/main');
  // Git's own HTTP server, for whoever knows the password.
  server = createServer((request, response) => {
    const known = `Basic ${Buffer.from('robot:open-sesame').toString('base64')}`;
    if (request.headers.authorization !== known)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    const url = new URL(request.url ?? '', 'http://x');
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: join(folder, 'remotes'),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_USER: 'robot',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.once('close', () => {
      const all = Buffer.concat(pieces);
      const cut = all.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        all
          .subarray(0, cut)
          .toString()
          .split('\r\n')
          .map((line) => line.split(': ') as [string, string]),
      );
      const { Status: status = '200', ...rest } = headers;
      response.writeHead(Number.parseInt(status, 10), rest).end(all.subarray(cut + 4));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = address && typeof address === 'object' ? address.port : 0;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a plain git remote', () => {
  it('gets a tag on any commit that it has, once', async () => {
    const remote = hosts(pathToFileURL(join(folder, 'remotes')).href);
    expect(await tagCommit(remote, { ...asked, hash: first, tag: 'v1' })).toMatchObject({ created: true });
    expect(tagAt('v1')).toBe(first);
    expect(await tagCommit(remote, { ...asked, hash: first, tag: 'v1' })).toMatchObject({ created: false });
    await expect(tagCommit(remote, { ...asked, hash: second, tag: 'v1' })).rejects.toMatchObject({ status: 409 });
    expect(tagAt('v1')).toBe(first);
  });

  it('is reached over HTTP with credentials, and gets an annotated tag', async () => {
    const credentials = { type: 'environment', variable: 'GIT_PASSWORD' } as const;
    const remote = hosts(`http://127.0.0.1:${port}`, { username: 'robot', credentials });
    await tagCommit(remote, { ...asked, hash: second, tag: 'release/2', message: 'Two' });
    expect(tagAt('release/2')).toBe(second);
    expect(git('-C', bare(), 'cat-file', '-t', 'release/2')).toBe('tag');
    expect(await tagCommit(remote, { ...asked, hash: second, tag: 'release/2' })).toMatchObject({ created: false });
    const error: unknown = await tagCommit(hosts(`http://127.0.0.1:${port}`), {
      ...asked,
      hash: second,
      tag: 'v3',
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400 });
    expect(String(error)).not.toContain('open-sesame');
  });

  it('is not called where the egress guard says no', async () => {
    const remote = {
      ...hosts(`http://127.0.0.1:${port}`),
      checkEgress: () => Promise.reject(new ServiceError(403, '127.0.0.1 is not called')),
    };
    await expect(tagCommit(remote, { ...asked, hash: second, tag: 'v4' })).rejects.toMatchObject({ status: 403 });
  });

  it('without the commit says that it is to be pushed', async () => {
    const remote = hosts(pathToFileURL(join(folder, 'remotes')).href);
    await expect(tagCommit(remote, { ...asked, hash: 'e'.repeat(40), tag: 'v5' })).rejects.toMatchObject({
      details: { field: 'hash' },
    });
  });
});
