import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOperation, startLab, type TestClouddriver, testClouddriver, type TestLab, until } from './lab.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

type Running = Awaited<ReturnType<TestClouddriver['here']>>;

let lab: TestLab;
let clouddriver: TestClouddriver;
let one: Running;
let other: Running;

beforeAll(async () => {
  lab = await startLab();
  clouddriver = await testClouddriver(lab);
  [one, other] = [await clouddriver.here(), await clouddriver.here()];
});
afterAll(async () => {
  await one?.stop();
  await other?.stop();
  await clouddriver?.close();
  await lab?.close();
});

const shop = (more: object = {}) => ({
  name: 'shop',
  type: 'gce',
  project: 'shop-project',
  endpoint: lab.url,
  regions: ['us-central1'],
  ...more,
});
const names = async (running: Running): Promise<string[]> =>
  (await running.api.listAccounts({})).map((account) => account.name);

test('an account is added, used, changed and removed in every process, without a restart', async () => {
  const added = await one.api.addAccount({ body: shop({ environment: 'prod' }) });
  expect(added).toMatchObject({ name: 'shop', source: 'added', readOnly: false, updatedBy: 'anonymous' });
  expect(await names(one)).toEqual(['local-gce', 'shop']);
  await until(async () => (await names(other)).includes('shop'));

  // Whatever process takes it, an operation on the new account changes the new account's project, and is seen there.
  const balancer = {
    upsertLoadBalancer: { credentials: 'shop', region: 'us-central1', loadBalancerName: 'shop-lb', portRange: '8080' },
  };
  expect((await runOperation(other.api, [balancer])).reason).toBeUndefined();
  expect(await one.api.allLoadBalancers({})).toMatchObject([{ name: 'shop-lb', account: 'shop' }]);
  expect(await lab.names('regions/us-central1/forwardingRules')).toEqual([]);

  await other.api.updateAccount({ body: shop({ environment: 'test', regions: ['us-central1', 'europe-west1'] }) });
  await until(async () => {
    const view = await one.api.getAccount({ params: { account: 'shop' } });
    return view.environment === 'test' && view.regions.length === 2;
  });
  const view = await one.api.refreshAccount({ params: { account: 'shop' } });
  expect(view).toMatchObject({
    project: 'shop-project',
    source: 'added',
    inventory: { lastSeen: expect.any(Number), serverGroups: 0, instances: 0 },
  });

  await one.api.removeAccount({ params: { account: 'shop' } });
  await until(async () => !(await names(other)).includes('shop'));
  await until(async () => (await other.api.allLoadBalancers({})).length === 0);
  await expect(other.api.getAccount({ params: { account: 'shop' } })).rejects.toMatchObject({ status: 404 });
  // The cloud itself was left alone: whoever adds the account again sees what is there.
  await other.api.addAccount({ body: shop() });
  await until(async () => (await other.api.allLoadBalancers({})).length === 1);
  await other.api.removeAccount({ params: { account: 'shop' } });

  const history = await one.api.accountHistory({ query: { account: 'shop' } });
  expect(history.map(({ action, user }) => `${user} ${action}`)).toEqual([
    'anonymous removed',
    'anonymous added',
    'anonymous removed',
    'anonymous changed',
    'anonymous added',
  ]);
  expect(history[3]?.changes).toContainEqual({ field: 'environment', before: 'prod', after: 'test' });
});

test('accounts of the configuration are shown, and are changed there alone', async () => {
  const [configured] = await one.api.listAccountDefinitions({ params: { type: 'gce' } });
  expect(configured).toMatchObject({ name: 'local-gce', project: 'local', source: 'configuration', readOnly: true });
  for (const refused of [
    () => one.api.addAccount({ body: shop({ name: 'local-gce' }) }),
    () => one.api.updateAccount({ body: shop({ name: 'local-gce' }) }),
    () => one.api.removeAccount({ params: { account: 'local-gce' } }),
  ])
    await expect(refused()).rejects.toMatchObject({ status: 409, message: expect.stringContaining('gennaker.yml') });
});

test('an added account that gennaker.yml names too can be removed; the one of gennaker.yml stays', async () => {
  await one.api.addAccount({ body: shop() });
  const config = clouddriver.environment['GENNAKER_CONFIG'] ?? '';
  const before = await readFile(config, 'utf8');
  const { type: provider, ...rest } = shop();
  await writeFile(config, JSON.stringify({ ...JSON.parse(before), accounts: [{ ...rest, provider }] }));
  const later = await clouddriver.here();
  try {
    const sources = async () =>
      (await later.api.listAccounts({ query: { expand: 'true' } })).map(({ name, source }) => `${name} ${source}`);
    await until(async () => (await sources()).length === 2);
    expect(await sources()).toEqual(['shop configuration', 'shop added']);
    await later.api.removeAccount({ params: { account: 'shop' } });
    expect(await sources()).toEqual(['shop configuration']);
    await expect(later.api.removeAccount({ params: { account: 'shop' } })).rejects.toMatchObject({ status: 409 });
  } finally {
    await later.stop();
    await writeFile(config, before);
  }
  await until(async () => (await names(one)).length === 1);
});

test('definitions are read page by page, however they are written', async () => {
  const added = ['B-upper', 'a-lower', 'c-lower'];
  for (const name of added) await one.api.addAccount({ body: shop({ name }) });
  const read: string[] = [];
  let from = '';
  for (let more = true; more;) {
    const query = { startingAccountName: from, limit: 2 };
    const page = await one.api.listAccountDefinitions({ params: { type: 'gce' }, query });
    read.push(...page.map(({ name }) => name).filter((name) => !read.includes(name)));
    more = page.length === 2;
    from = page.at(-1)?.name ?? '';
  }
  expect(read.toSorted()).toEqual([...added, 'local-gce'].toSorted());
  for (const account of added) await one.api.removeAccount({ params: { account } });
});

test('a definition that is wrong is refused with its field, and nothing is kept', async () => {
  const refused = [
    [shop({ type: 'mars' }), 400, 'type'],
    [shop({ regions: [] }), 400, 'regions'],
    [shop({ name: 'history' }), 400, 'name'],
    [shop({ json: '{"private_key":"x"}' }), 400, 'json'],
    [shop({ credentials: { type: 'file', path: '../secrets.json' } }), 400, 'credentials.path'],
    [shop({ endpoint: 'http://10.1.2.3:8099' }), 403, 'endpoint'],
    [shop({ endpoint: 'http://169.254.169.254/' }), 403, 'endpoint'],
  ] as const;
  for (const [body, status, field] of refused)
    await expect(one.api.addAccount({ body }), field).rejects.toMatchObject({ status, details: { field } });
  expect(await names(one)).toEqual(['local-gce']);
});

test('verifying says what works and what is missing, and changes nothing', async () => {
  const before = lab.requests.length;
  const good = await one.api.verifyAccount({ params: { account: 'local-gce' } });
  expect(good.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(good).toMatchObject({ ok: true, missingPermissions: [] });
  expect(good.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['credentials', 'project', 'region us-central1', 'permission compute.instances.list']),
  );
  expect(lab.requests.slice(before).filter((line) => !line.startsWith('GET '))).toEqual([]);

  const region = await one.api.verifyDefinition({ body: shop({ regions: ['us-central1', 'moon-east1'] }) });
  expect(region).toMatchObject({ ok: false });
  expect(region.checks).toContainEqual(
    expect.objectContaining({
      name: 'region moon-east1',
      outcome: 'failed',
      reason: expect.objectContaining({ next: expect.stringContaining('us-central1') }),
    }),
  );
  await lab.fault({
    kind: 'fail-request',
    pathContains: 'firewalls',
    status: 403,
    reason: 'forbidden',
    message: "Required 'compute.firewalls.list' permission",
  });
  const denied = await one.api.verifyDefinition({ body: shop() });
  expect(denied).toMatchObject({ ok: false, missingPermissions: ['compute.firewalls.list'] });
  expect(await names(one)).toEqual(['local-gce']);
});

test('credentials are found by reference, and their content is never shown', async () => {
  const folder = join(clouddriver.environment['GENNAKER_DATA'] ?? '', 'credentials');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'shop.json'), JSON.stringify({ client_email: 'deploy@shop', private_key: 'SECRET' }));
  await writeFile(join(folder, 'broken.json'), '{"private_key": "SECRET"');
  const credentialsOf = async (credentials: object) => {
    const found = await one.api.verifyDefinition({ body: shop({ credentials }) });
    expect(JSON.stringify(found)).not.toContain('SECRET');
    return found.checks.find(({ name }) => name === 'credentials');
  };
  expect(await credentialsOf({ type: 'file', path: 'shop.json' })).toMatchObject({
    outcome: 'ok',
    reason: { evidence: { serviceAccount: 'deploy@shop' } },
  });
  expect(await credentialsOf({ type: 'file', path: 'absent.json' })).toMatchObject({
    outcome: 'failed',
    reason: { summary: expect.stringContaining('absent.json in the credentials folder') },
  });
  expect(await credentialsOf({ type: 'file', path: 'broken.json' })).toMatchObject({
    outcome: 'failed',
    reason: { summary: expect.stringContaining('holds no JSON key') },
  });
  expect(await credentialsOf({ type: 'environment', variable: 'NOT_SET_ANYWHERE' })).toMatchObject({
    outcome: 'failed',
    reason: { summary: expect.stringContaining('NOT_SET_ANYWHERE') },
  });
});

test('an account is not removed while an operation uses it', async () => {
  await one.api.addAccount({ body: shop() });
  await lab.fault({ kind: 'operation-latency', ms: 3_000 });
  const { id } = await one.api.submit({
    params: { provider: 'gce' },
    query: {},
    body: [
      {
        upsertLoadBalancer: {
          credentials: 'shop',
          region: 'us-central1',
          loadBalancerName: 'shop-two',
          portRange: '8081',
        },
      },
    ],
  });
  await expect(one.api.removeAccount({ params: { account: 'shop' } })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining(id),
  });
  await lab.fault({ kind: 'clear' });
  await until(async () => (await one.api.getOperation({ params: { id } })).status.completed, 40_000);
  await one.api.removeAccount({ params: { account: 'shop' } });
  expect(await names(one)).toEqual(['local-gce']);
});
