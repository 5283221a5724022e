import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BUILDS, HELLO } from '../hello-application.ts';
import { BuildFolder } from './build-folder.ts';
import { type BuildServer, serveBuilds } from './build-server.ts';
import { notificationOf } from './notification.ts';
import { runBuild } from './run-build.ts';

let folder: string;
let builds: BuildFolder;
let server: BuildServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builds-'));
  builds = new BuildFolder(folder);
  server = await serveBuilds(builds, 0);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string) => fetch(`${server.url}${path}`);

test('a build archives a package that dpkg can read, twice the same bytes', async () => {
  const record = await runBuild(builds, HELLO.job, BUILDS.first);
  const file = 'hello_1.0.0-h1.abc1234_all.deb';
  const document = await (await get('/job/hello/1/api/json')).json();
  expect(document).toMatchObject({
    number: 1,
    result: 'SUCCESS',
    building: false,
    artifacts: [{ fileName: file, relativePath: file }],
  });
  const first = new Uint8Array(await (await get(`/job/hello/1/artifact/${file}`)).arrayBuffer());
  const path = join(folder, file);
  await writeFile(path, first);
  const { stdout } = await promisify(execFile)('dpkg-deb', ['-f', path, 'Version']);
  expect(stdout.trim()).toBe('1.0.0-h1.abc1234');
  expect(await notificationOf(builds, server.url, record)).toMatchObject({
    name: 'hello',
    build: { number: 1, phase: 'FINALIZED', status: 'SUCCESS', full_url: `${server.url}/job/hello/1/` },
  });

  await builds.dropFiles(HELLO.job, 1);
  expect((await get(`/job/hello/1/artifact/${file}`)).status).toBe(404);
  await runBuild(builds, HELLO.job, BUILDS.first);
  expect(new Uint8Array(await (await get(`/job/hello/1/artifact/${file}`)).arrayBuffer())).toEqual(first);
});

test('lists jobs and builds, and serves nothing outside the archives', async () => {
  await runBuild(builds, HELLO.job, BUILDS.first);
  await runBuild(builds, HELLO.job, BUILDS.second);
  expect(await (await get('/api/json')).json()).toMatchObject({ jobs: [{ name: 'hello' }] });
  expect(await (await get('/job/hello/api/json')).json()).toMatchObject({ lastBuild: { number: 2 } });
  for (const path of [
    '/job/hello/1/artifact/..%2fbuild.json',
    '/job/hello/9/api/json',
    '/job/none/api/json',
    '/etc/passwd',
  ])
    expect((await get(path)).status).toBe(404);
});
