import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startLab, type TestClouddriver, testClouddriver, type TestLab } from '../../clouddriver/src/lab.fixture.ts';
import { readCommand, runAccounts } from './accounts.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let running: Awaited<ReturnType<TestClouddriver['here']>>;
beforeAll(async () => {
  lab = await startLab();
  clouddriver = await testClouddriver(lab);
  running = await clouddriver.here();
});
afterAll(async () => {
  await running?.stop();
  await clouddriver?.close();
  await lab?.close();
});

/** What `gennaker accounts` says; clouddriver has the paths that gate has. */
const gennaker = (...args: string[]) => runAccounts(running.api, readCommand(args));
const names = async () => (await running.api.listAccounts({})).map(({ name }) => name);
const shop = () => ['--project', 'shop-project', '--regions', 'us-central1', '--endpoint', lab.url];

test('an account is tried, added, changed, told with its history, and removed', async () => {
  const dry = await gennaker('add', 'shop', ...shop(), '--dry-run');
  expect(dry).toMatchObject({ ok: true, text: expect.stringContaining('shop works.\nNothing was changed.') });
  expect(await names()).toEqual(['local-gce']);

  const added = await gennaker('add', 'shop', ...shop(), '--environment', 'prod', '--challenge');
  expect(added.text).toMatch(/shop works\.\nAdded shop\.$/);
  expect((await gennaker('list')).text).toContain('shop  gce shop-project (us-central1), added');
  await gennaker('set', 'shop', '--no-environment', '--image-projects', 'images');
  const [, definition] = await running.api.listAccountDefinitions({ params: { type: 'gce' } });
  expect(definition).toMatchObject({ name: 'shop', imageProjects: ['images'], challengeDestructiveActions: true });
  expect(definition).not.toHaveProperty('environment');

  expect((await gennaker('history', 'shop')).text).toContain(
    'changed shop: environment prod -> none; imageProjects ["images"]',
  );
  expect((await gennaker('remove', 'shop')).text).toContain('Removed shop.');
  expect(await names()).toEqual(['local-gce']);
});

test('what does not work is not kept unless that is forced', async () => {
  const wrong = ['add', 'moon', ...shop(), '--regions', 'moon-east1'];
  const refused = await gennaker(...wrong);
  expect(refused.ok).toBe(false);
  expect(refused.text).toContain('failed   region moon-east1: Project shop-project has no region moon-east1.');
  expect(refused.text).toContain('Nothing was changed: mend what fails, or use --force to keep it as it is.');
  expect(await names()).toEqual(['local-gce']);
  expect(await gennaker(...wrong, '--force')).toMatchObject({
    ok: false,
    text: expect.stringMatching(/Added moon\.$/),
  });
  await gennaker('remove', 'moon');
});

test('accounts of gennaker.yml are not changed here', async () => {
  await expect(gennaker('set', 'local-gce', '--environment', 'prod')).rejects.toThrow('No account local-gce was added');
});
