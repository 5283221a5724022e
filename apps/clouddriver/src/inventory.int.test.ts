import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openDatabase } from '@gennaker/store/database';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readSecurityGroups } from './inventory/read.ts';
import { searchInventory } from './inventory/search.ts';
import { runOperation, startLab, type TestClouddriver, testClouddriver, type TestLab, until } from './lab.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let running: Awaited<ReturnType<TestClouddriver['here']>>;
/** An address that takes requests and never answers. */
let silent: Server;
/** An address that passes requests on to the local cloud, unless it is told to fail. */
let flaky: { readonly server: Server; failing: boolean };

beforeAll(async () => {
  lab = await startLab();
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  flaky = { server: flakyServer(), failing: false };
  await once(flaky.server, 'listening');
  const account = (name: string, project: string, endpoint: string) => ({
    name,
    provider: 'gce',
    project,
    endpoint,
    regions: ['us-central1'],
  });
  clouddriver = await testClouddriver(lab, undefined, [
    account('local-gce', 'local', lab.url),
    account('silent', 'silent', addressOf(silent)),
    account('flaky', 'local', addressOf(flaky.server)),
  ]);
  running = await clouddriver.here();
  const created = await runOperation(running.api, [
    {
      createServerGroup: {
        ...at,
        application: 'shop',
        stack: 'prod',
        image: 'hello-1',
        capacity: { min: 2, max: 2, desired: 2 },
        loadBalancers: [],
        labels: { team: 'checkout' },
        tags: ['web'],
      },
    },
    {
      upsertSecurityGroup: {
        credentials: 'local-gce',
        securityGroupName: 'shop-web',
        network: 'default',
        sourceRanges: ['10.0.0.0/8'],
        targetTags: ['web'],
        allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
      },
    },
  ]);
  expect(created.reason).toBeUndefined();
  await until(async () => {
    const group = await running.api.getServerGroup({ params: inRegion('shop-prod-v000'), query: { live: 'true' } });
    return group.instances.length === 2 && group.instances.every((instance) => instance.ips?.length === 1);
  });
});
afterAll(async () => {
  await running?.stop();
  await clouddriver?.close();
  for (const server of [silent, flaky?.server]) {
    server?.closeAllConnections();
    server?.close();
  }
  await lab?.close();
});

const at = { credentials: 'local-gce', region: 'us-central1' };
const inRegion = (name: string, account = 'local-gce') => ({ account, region: 'us-central1', name });
const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function flakyServer(): Server {
  return createServer((incoming, outgoing) => {
    if (flaky.failing) {
      outgoing.writeHead(403, { 'content-type': 'application/json' });
      const message = 'Compute Engine API has been turned off';
      outgoing.end(
        JSON.stringify({ error: { code: 403, message, errors: [{ message, domain: 'global', reason: 'forbidden' }] } }),
      );
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      void fetch(`${lab.url}${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: { 'content-type': 'application/json' },
        ...(body.length > 0 ? { body } : {}),
      }).then(async (answer) => {
        outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
        outgoing.end(await answer.text());
      });
    });
  }).listen(0, '127.0.0.1');
}

test('an account that never answers delays no other', async () => {
  const { api } = running;
  const accounts = await api.listAccounts({ query: { expand: 'true' } });
  expect(accounts.find(({ name }) => name === 'local-gce')?.inventory).toMatchObject({ serverGroups: 1, instances: 2 });
  expect(accounts.find(({ name }) => name === 'silent')?.inventory?.lastSeen).toBeUndefined();
  const before = Date.now();
  await api.refreshAccount({ params: { account: 'local-gce' } });
  const group = await api.getServerGroup({ params: inRegion('shop-prod-v000') });
  expect(group.seenAt).toBeGreaterThanOrEqual(before);
  expect(group.stale).toBeUndefined();
});

test('a look that fails makes the view stale, with the cloud’s words and since when, and deletes nothing', async () => {
  const { api } = running;
  const group = () => api.getServerGroup({ params: inRegion('shop-prod-v000', 'flaky') });
  await api.refreshAccount({ params: { account: 'flaky' } });
  const fresh = await group();
  expect(fresh).toMatchObject({ account: 'flaky', instanceCounts: { total: 2 } });
  expect(fresh.stale).toBeUndefined();

  flaky.failing = true;
  await expect(api.refreshAccount({ params: { account: 'flaky' } })).rejects.toMatchObject({
    status: 502,
    message: expect.stringContaining('Compute Engine API has been turned off'),
  });
  const stale = await group();
  expect(stale).toMatchObject({
    stale: true,
    staleSince: expect.any(Number),
    staleReason: expect.stringContaining('Compute Engine API has been turned off'),
    instanceCounts: { total: 2 },
  });
  expect(stale.seenAt).toBeLessThanOrEqual(stale.staleSince ?? 0);
  expect(await api.getAccount({ params: { account: 'flaky' } })).toMatchObject({
    inventory: { failingSince: stale.staleSince, error: stale.staleReason },
  });

  flaky.failing = false;
  await api.refreshAccount({ params: { account: 'flaky' } });
  const again = await group();
  expect(again.stale).toBeUndefined();
  expect(again.seenAt).toBeGreaterThan(stale.seenAt);
});

test('looks that show nothing new write none of the things', async () => {
  const { api } = running;
  const db = openDatabase(clouddriver.database.url, { max: 1 });
  try {
    const versions = async (): Promise<unknown> =>
      (
        await db.pool.query(
          `select kind, name, xmin::text from clouddriver.inventory where account = 'local-gce' order by kind, name`,
        )
      ).rows;
    await api.refreshAccount({ params: { account: 'local-gce' } });
    const before = await versions();
    const groupSeen = async () => (await api.getServerGroup({ params: inRegion('shop-prod-v000') })).seenAt;
    const firewallSeen = async () =>
      (await readSecurityGroups(db.pool, { account: 'local-gce', name: 'shop-web' }))[0]?.seenAt;
    const [group, firewall] = [await groupSeen(), await firewallSeen()];
    await api.refreshAccount({ params: { account: 'local-gce' } });
    expect(await versions()).toEqual(before);
    expect(await groupSeen()).toBeGreaterThan(group);
    // Firewalls are looked at less often, and say so.
    expect(firewall).toBeDefined();
    expect(await firewallSeen()).toBe(firewall);
  } finally {
    await db.close();
  }
});

test('clusters and server groups on the paths of Spinnaker’s clients', async () => {
  const { api } = running;
  const cluster = { application: 'shop', account: 'local-gce', cluster: 'shop-prod' };
  const expected = {
    type: 'gce',
    name: 'shop-prod',
    accountName: 'local-gce',
    serverGroups: [{ name: 'shop-prod-v000' }],
  };
  expect(await api.clustersOfAccount({ params: { application: 'shop', account: 'local-gce' } })).toMatchObject([
    expected,
  ]);
  expect(await api.clustersByName({ params: cluster })).toMatchObject([expected]);
  expect(await api.getCluster({ params: { ...cluster, provider: 'gce' } })).toMatchObject(expected);
  await expect(api.getCluster({ params: { ...cluster, provider: 'aws' } })).rejects.toMatchObject({ status: 404 });
  expect(await api.serverGroupsOfCluster({ params: cluster })).toMatchObject([{ name: 'shop-prod-v000' }]);
  const one = { params: { ...cluster, provider: 'gce', name: 'shop-prod-v000' } };
  expect(await api.serverGroupOfProvider(one)).toMatchObject([{ name: 'shop-prod-v000' }]);
  expect(await api.serverGroupOfProvider({ ...one, query: { region: 'us-central1' } })).toMatchObject({
    name: 'shop-prod-v000',
  });
  expect(await api.findServerGroups({ query: { ids: 'local-gce:us-central1:shop-prod-v000' } })).toHaveLength(1);
  expect((await api.findServerGroups({ query: { applications: 'shop' } })).map(({ account }) => account)).toEqual([
    'flaky',
    'local-gce',
  ]);
  await expect(api.findServerGroups({ query: {} })).rejects.toMatchObject({ status: 400 });
  await expect(api.findServerGroups({ query: { ids: 'nonsense' } })).rejects.toMatchObject({
    message: expect.stringContaining('is no id of a server group'),
  });
});

test('firewalls in every grouping, and which of an application’s groups each applies to', async () => {
  const { api } = running;
  const firewall = { account: 'local-gce', region: 'global', name: 'shop-web' };
  expect(await api.getSecurityGroup({ params: firewall })).toMatchObject({
    name: 'shop-web',
    network: 'default',
    targetTags: ['web'],
    inboundRules: [{ protocol: 'tcp', portRanges: [{ startPort: 8080, endPort: 8080 }] }],
  });
  const all = await api.allSecurityGroups({});
  expect(all['local-gce']?.['gce']?.['global']?.map(({ name }) => name)).toContain('shop-web');
  const ofAccount = await api.securityGroupsOfAccount({ params: { account: 'local-gce' } });
  expect(ofAccount['global']?.map(({ name }) => name)).toContain('shop-web');
  const mine = await api.applicationSecurityGroups({ params: { application: 'shop' } });
  expect(mine.find(({ name, account }) => name === 'shop-web' && account === 'local-gce')?.serverGroups).toEqual([
    { account: 'local-gce', region: 'us-central1', name: 'shop-prod-v000' },
  ]);
});

test('search finds names, instances, addresses, images and labels, one set per type', async () => {
  const { api } = running;
  await api.refreshAccount({ params: { account: 'local-gce' } });
  const { instances } = await api.getServerGroup({ params: inRegion('shop-prod-v000') });
  const [instance] = instances;
  const find = (q: string, type: string) => api.search({ query: { q, type, account: 'local-gce' } });
  expect(await find('prod-v00', 'serverGroups,clusters')).toMatchObject([
    { type: 'serverGroups', totalMatches: 1, results: [{ serverGroup: 'shop-prod-v000', application: 'shop' }] },
    { type: 'clusters', totalMatches: 1, results: [{ cluster: 'shop-prod' }] },
  ]);
  const address = instance?.ips?.[0] ?? '';
  expect(await find(address, 'instances')).toMatchObject([
    { results: [{ instanceId: instance?.id, serverGroup: 'shop-prod-v000', matched: `address ${address}` }] },
  ]);
  expect(await find('team=check', 'serverGroups')).toMatchObject([
    { results: [{ name: 'shop-prod-v000', matched: 'label team=checkout' }] },
  ]);
  expect(await find('HELLO-1', 'images,serverGroups')).toMatchObject([
    { type: 'images', results: [{ name: 'hello-1', application: 'shop' }] },
    { type: 'serverGroups', results: [{ matched: 'image hello-1' }] },
  ]);
  expect(await find('shop prod', 'instances')).toMatchObject([{ totalMatches: 2 }]);
  expect(await find('100%', 'serverGroups')).toMatchObject([{ totalMatches: 0 }]);
  expect(await find('sh', 'serverGroups')).toEqual([]);
  await expect(find('shop', 'dragons')).rejects.toMatchObject({ status: 400, details: { field: 'type' } });
});

test('a machine of no server group is found until it is gone', async () => {
  const { api } = running;
  const query = { q: 'shop-tool', type: 'instances', account: 'local-gce' };
  const found = async () => {
    await api.refreshAccount({ params: { account: 'local-gce' } });
    return (await api.search({ query }))[0]?.results;
  };
  const place = { credentials: 'local-gce', zone: 'us-central1-b' };
  const machine = { ...place, application: 'shop', instanceName: 'shop-tool', image: 'hello-1' };
  expect((await runOperation(api, [{ createGoogleInstance: machine }])).reason).toBeUndefined();
  expect(await found()).toMatchObject([
    { name: 'shop-tool', instanceId: 'shop-tool', zone: 'us-central1-b', application: 'shop' },
  ]);
  expect((await found())?.[0]?.serverGroup).toBeUndefined();
  const instanceIds = ['shop-tool'];
  const gone = await runOperation(api, [{ terminateInstances: { ...place, region: 'us-central1', instanceIds } }]);
  expect(gone.reason).toBeUndefined();
  expect(await found()).toEqual([]);
});

test('search shows nothing of applications that the caller may not look at', async () => {
  const db = openDatabase(clouddriver.database.url, { max: 1 });
  try {
    const query = { q: 'shop', types: ['serverGroups', 'instances'] as const, pageSize: 10, page: 1 };
    const sets = await searchInventory(db.pool, query, (application) => Promise.resolve(application !== 'shop'));
    expect(sets.map(({ totalMatches }) => totalMatches)).toEqual([0, 0]);
    const images = { ...query, q: 'hello-1', types: ['images'] as const, account: 'local-gce' };
    const [found] = await searchInventory(db.pool, images, () => Promise.resolve(false));
    expect(found?.results).toMatchObject([{ name: 'hello-1' }]);
    expect(found?.results[0]?.application).toBeUndefined();
  } finally {
    await db.close();
  }
});

test('a crowd of things that the caller may not look at hides none of those that he may', async () => {
  const db = openDatabase(clouddriver.database.url, { max: 1 });
  try {
    await db.pool.query(
      `insert into clouddriver.inventory(kind, account, region, name, application, cluster, body, hash, terms, seen_at)
       select 'serverGroup', 'elsewhere', 'r', 'crowd-' || i, case when i = 6000 then 'shop' else 'secret' end, 'crowd',
         '{}', '', 'name crowd-' || i, now() from generate_series(1000, 6000) i`,
    );
    const query = { q: 'crowd', types: ['serverGroups'] as const, pageSize: 10, page: 1 };
    const [found] = await searchInventory(db.pool, query, (application) => Promise.resolve(application === 'shop'));
    expect(found).toMatchObject({ totalMatches: 1, results: [{ name: 'crowd-6000' }] });
  } finally {
    await db.pool.query(`delete from clouddriver.inventory where account = 'elsewhere'`);
    await db.close();
  }
});

test('an image says where it runs; choices of forms come from the cloud', async () => {
  const { api } = running;
  expect(await api.getImage({ params: { account: 'local-gce', region: 'global', id: 'hello-1' } })).toMatchObject([
    {
      imageName: 'hello-1',
      serverGroups: [{ name: 'shop-prod-v000', application: 'shop', cluster: 'shop-prod', instances: 2 }],
    },
  ]);
  const found = await api.findImages({
    params: { provider: 'gce' },
    query: { q: 'hello', account: 'local-gce', 'tag:team': 'nobody' },
  });
  expect(found).toEqual([]);
  expect(
    await api.listSubnets({ params: { provider: 'gce' }, query: { account: 'local-gce', region: 'us-central1' } }),
  ).toMatchObject([{ network: 'default', region: 'us-central1' }]);
  expect(await api.listHealthChecks({ query: { account: 'local-gce' } })).toEqual([]);
});

test('a console is read on from a place', async () => {
  const { api } = running;
  const { instances } = await api.getServerGroup({ params: inRegion('shop-prod-v000') });
  const params = { account: 'local-gce', region: 'us-central1', id: instances[0]?.id ?? '' };
  const whole = await api.getConsole({ params });
  expect(whole.next).toBe(whole.output.length);
  const rest = await api.getConsole({ params, query: { start: 3 } });
  expect(whole.output.slice(3).startsWith(rest.output.slice(0, 20))).toBe(true);
  const end = await api.getConsole({ params, query: { start: -5 } });
  expect(end).toMatchObject({ start: end.next - 5, output: whole.output.slice(-5) });
});

test('a console that cannot be read says why', async () => {
  const { api } = running;
  const { instances } = await api.getServerGroup({ params: inRegion('shop-prod-v000') });
  const params = { account: 'local-gce', region: 'us-central1', id: instances[0]?.id ?? '' };
  await expect(api.getConsole({ params: { ...params, id: 'shop-prod-v000-none' } })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('no instance shop-prod-v000-none'),
  });
  const denied = { status: 403, reason: 'forbidden', message: "Required 'compute.instances.getSerialPortOutput'" };
  await lab.fault({ kind: 'fail-request', pathContains: 'serialPort', ...denied });
  await expect(api.getConsole({ params })).rejects.toMatchObject({
    status: 502,
    message: expect.stringContaining(denied.message),
  });
});

test('a preview says what would be done, and what would be refused, and starts nothing', async () => {
  const { api } = running;
  const preview = await api.previewOperations({
    params: { provider: 'gce' },
    body: [
      { resizeServerGroup: { ...at, serverGroupName: 'shop-prod-v000', capacity: { min: 3, max: 3, desired: 3 } } },
      { destroyServerGroup: { credentials: 'local-gce', region: 'mars-1', serverGroupName: 'shop-prod-v000' } },
    ],
  });
  expect(preview[0]).toMatchObject({ operation: 'resizeServerGroup', account: 'local-gce', problems: [] });
  expect(preview[0]?.changes.join(' ')).toContain('3');
  expect(preview[1]?.problems.join(' ')).toContain('no region mars-1');
  expect(await api.getServerGroup({ params: inRegion('shop-prod-v000') })).toMatchObject({ capacity: { desired: 2 } });
});

test("what load balancers counted is read from the account's cloud, of the application's own server groups alone", async () => {
  const from = String(Date.now() - 10_000);
  const query = { account: 'local-gce', region: 'us-central1', from };
  const read = (more: object) =>
    running.api.readMeter({ params: { application: 'shop' }, query: { ...query, ...more } });
  expect(await read({ cluster: 'shop-prod' })).toMatchObject({
    resolutionMs: 1_000,
    delayMs: 0,
    serverGroups: [{ serverGroup: 'shop-prod-v000', requests: 0, failures: 0, connections: 0, p99: null, points: [] }],
    summary: 'shop-prod-v000 got no traffic',
  });
  await expect(read({ cluster: 'store-prod' })).rejects.toThrow('store-prod is not of application shop');
  await expect(read({})).rejects.toThrow('of a cluster or of server groups');
  await expect(read({ cluster: 'shop-prod', from: String(Date.now()) })).rejects.toThrow('at least a second');
});
