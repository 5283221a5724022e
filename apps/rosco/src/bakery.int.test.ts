import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BakeRequest } from '@gennaker/contracts/rosco';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Surroundings, surroundings } from './bakery.fixture.ts';
import { TEMPLATES } from './templates.ts';

let database: TestDatabase;
let here: Surroundings;
let rosco: Awaited<ReturnType<Surroundings['startRosco']>>;
const TIMEOUT = 90_000;

beforeAll(async () => {
  database = await testDatabase();
  here = await surroundings(database.url);
  rosco = await here.startRosco();
}, 180_000);
afterAll(async () => {
  rosco.kill('SIGTERM');
  await once(rosco, 'exit');
  await here.end();
  await database.drop();
}, 60_000);

type Package = { fileName: string; url: string };

const ask = (file: Package, more: Partial<BakeRequest> = {}, rebake = false) =>
  here.rosco.createBake({
    params: { region: 'global' },
    query: rebake ? { rebake: '1' } : {},
    body: {
      package: file.fileName.replace(/\.deb$/, ''),
      package_urls: [file],
      base_os: 'debian-12-nodejs',
      base_label: 'release',
      cloud_provider_type: 'gce',
      ...more,
    },
  });
const status = (id: string) => here.rosco.bakeStatus({ params: { region: 'global', id } });
async function ended(id: string) {
  for (;;) {
    const now = await status(id);
    if (now.state === 'COMPLETED' || now.state === 'CANCELED') return now;
    await delay(100);
  }
}
async function images(prefix: string): Promise<{ name: string; description: string }[]> {
  const response = await fetch(`${here.cloudlab}/compute/v1/projects/local/global/images`);
  const { items } = (await response.json()) as { items: { name: string; description: string }[] };
  return items.filter((image) => image.name.startsWith(prefix));
}

test(
  'bakes a package into an image that tells its build, wakes who waits, and streams the log meanwhile',
  async () => {
    const file = await here.publish(
      'alpha',
      '1.0-h7.abc1234',
      'useradd --system alpha; echo done >/etc/alpha; sleep 1',
    );
    const callback = { executionId: 'E1', stageId: 'S1' };
    const bake = await ask(file, { job: 'team/alpha', build_number: '7', build_host: 'http://ci/', callback });
    const again = await ask(file, { job: 'team/alpha', build_number: '7', build_host: 'http://ci/' });
    expect(again).toMatchObject({ id: bake.id, existed: true });

    const url = `http://127.0.0.1:${8087 + here.offset}/api/v1/global/logs/${bake.id}/stream`;
    const seen: { at: number; text: string }[] = [];
    const response = await fetch(url);
    for await (const chunk of response.body ?? []) seen.push({ at: Date.now(), text: new TextDecoder().decode(chunk) });
    const spread = (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0);
    expect(spread).toBeGreaterThan(500);
    expect(seen.map((s) => s.text).join('')).toContain('TASK [Install]');

    const end = await ended(bake.id);
    if (end.result !== 'SUCCESS') throw new Error(await log(bake.id));
    expect(end).toMatchObject({ state: 'COMPLETED', result: 'SUCCESS' });
    const result = await here.rosco.getBake({ params: { region: 'global', id: bake.id } });
    expect(await images('alpha-')).toEqual([
      expect.objectContaining({
        name: result.ami,
        description: 'appversion: alpha-1.0-h7.abc1234/team-alpha/7, build_host: http://ci/',
      }),
    ]);
    const manifest = await fetch(`${here.cloudlab}/lab/v1/images/${result.ami}`);
    expect(await manifest.json()).toMatchObject({
      manifest: {
        entry: ['/bin/sleep', 'infinity'],
        packages: expect.arrayContaining([expect.objectContaining({ name: 'alpha', version: '1.0-h7.abc1234' })]),
      },
    });
    await expect.poll(() => here.wakes).toContain('/pipelines/E1/stages/S1/wake');

    const rebaked = await ask(file, { job: 'team/alpha', build_number: '7', build_host: 'http://ci/' }, true);
    expect(rebaked.id).not.toBe(bake.id);
    expect(await ended(rebaked.id)).toMatchObject({ result: 'SUCCESS' });
    expect(await images('alpha-')).toHaveLength(2);
  },
  TIMEOUT,
);

test(
  'a maintainer script that fails is the reason, and leaves no image',
  async () => {
    const file = await here.publish('beta', '1.0', 'echo "no moon in sight" >&2; exit 3');
    const { id } = await ask(file);
    const end = await ended(id);
    expect(end.result).toBe('FAILURE');
    expect(end.reason?.summary).toBe(
      'installed beta package post-installation script subprocess returned error exit status 3: no moon in sight',
    );
    expect(await images('beta-')).toEqual([]);
    const retried = await ask(file);
    expect(retried.id).not.toBe(id);
    await ended(retried.id);
  },
  TIMEOUT,
);

test(
  'a bake ends when all who wait for it have gone, not before',
  async () => {
    const file = await here.publish('gamma', '1.0', 'sleep 60');
    const one = await ask(file, { callback: { executionId: 'E2', stageId: 'S2' } });
    const two = await ask(file, { callback: { executionId: 'E3', stageId: 'S3' } });
    expect(two.id).toBe(one.id);
    const params = { region: 'global', id: one.id };
    await here.rosco.cancelBake({ params, query: { executionId: 'E2', stageId: 'S2' } });
    await delay(1_000);
    expect((await status(one.id)).state).toBe('RUNNING');
    await here.rosco.cancelBake({ params, query: { executionId: 'E3', stageId: 'S3' } });
    expect(await ended(one.id)).toMatchObject({ state: 'CANCELED', reason: { summary: 'The bake was cancelled' } });
    expect(await images('gamma-')).toEqual([]);
  },
  TIMEOUT,
);

test(
  'a bake whose process is killed is made by the next one, from a source that is gone, once',
  async () => {
    const file = await here.publish('delta', '1.0', 'sleep 2');
    const { id } = await ask(file, { callback: { executionId: 'E4', stageId: 'S4' } });
    await expect.poll(async () => (await log(id)).includes('TASK [Install]'), { timeout: 20_000 }).toBe(true);
    rosco.kill('SIGKILL');
    await once(rosco, 'exit');
    rosco = await here.startRosco();
    expect(await ended(id)).toMatchObject({ state: 'COMPLETED', result: 'SUCCESS' });
    expect(await log(id)).toContain('--- attempt 2');
    expect(await images('delta-')).toHaveLength(1);
    await expect.poll(() => here.wakes.filter((path) => path.includes('/E4/'))).toHaveLength(1);
  },
  TIMEOUT,
);

test('what cannot be baked is refused with the fix', async () => {
  const file = await here.publish('epsilon', '1.0', 'true');
  await expect(ask(file, { base_os: 'plan9' })).rejects.toMatchObject({
    status: 400,
    details: { field: 'base_os', fix: 'use debian-12-nodejs' },
  });
  await expect(ask({ fileName: file.fileName, url: 'http://10.0.0.1/x.deb' })).rejects.toMatchObject({ status: 403 });
  await expect(ask({ ...file, url: file.url.replace('epsilon', 'nothing') })).rejects.toMatchObject({
    message: expect.stringContaining('answered 404'),
  });
  await expect(status('no-such-bake')).rejects.toMatchObject({ status: 404 });
});

test("the template for Google's own cloud is valid", async () => {
  const variables = {
    project_id: 'p',
    source_image: 's',
    target_image: 't',
    playbook: join(TEMPLATES, 'install-on-machine.yml'),
  };
  const args = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  const { stdout } = await promisify(execFile)('packer', ['validate', ...args, join(TEMPLATES, 'gce.json')], {
    env: { PATH: '/usr/bin:/bin', HOME: here.folder, CHECKPOINT_DISABLE: '1' },
  });
  expect(stdout.trim()).toMatch(/validated successfully|^$/);
});

async function log(id: string): Promise<string> {
  return (await here.rosco.bakeLogs({ params: { region: 'global', id }, query: {} })).logsContent;
}
