import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { runOperation, startLab, testClouddriver, type TestLab, until } from './lab.fixture.ts';

// Real sockets and a database on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const PORT = 8080;
const at = { credentials: 'local-gce', region: 'us-central1' };
const outside = { credentials: 'local-gce', region: 'global' };

interface World {
  readonly lab: TestLab;
  readonly api: Client<typeof clouddriverApi>;
  /** Runs operations that must succeed. */
  readonly run: (...descriptions: Record<string, Record<string, unknown>>[]) => Promise<void>;
  /** Server group of the instance that answers at a load balancer; undefined when nobody does. */
  readonly ask: (loadBalancer: string, host?: string) => Promise<string | undefined>;
  readonly group: (stack: string, loadBalancers: readonly string[], more?: object) => Promise<void>;
}

/** A cloud whose load balancers and instances really listen: an instance answers with its own name. */
async function prepare(addresses: string): Promise<World> {
  const lab = await startLab({ addresses });
  cleanUps.push(() => lab.close());
  const clouddriver = await testClouddriver(lab);
  cleanUps.push(() => clouddriver.close());
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const servers = new Map<string, Server>();
  const timer = setInterval(() => {
    const { running } = lab.runtime;
    for (const [id, { request }] of running)
      if (!servers.has(id)) servers.set(id, serve(request.address, request.name));
    for (const [id, server] of servers) {
      if (running.has(id)) continue;
      servers.delete(id);
      server.close();
    }
  }, 20);
  cleanUps.push(() => {
    clearInterval(timer);
    for (const server of servers.values()) server.close();
  });
  const run: World['run'] = async (...descriptions) => {
    const operation = await runOperation(api, descriptions);
    expect(operation.reason).toBeUndefined();
  };
  const ask: World['ask'] = async (name, host = 'hello.example.com') => {
    const balancers = await api.allLoadBalancers({ query: {} });
    const address = balancers.find((balancer) => balancer.name === name)?.ipAddress;
    return address ? answer(address, host) : undefined;
  };
  return {
    lab,
    api,
    run,
    ask,
    group: async (stack, loadBalancers, more = {}) => {
      await run({
        createServerGroup: {
          ...at,
          application: 'hello',
          stack,
          image: 'hello-1',
          targetSize: 2,
          port: PORT,
          loadBalancers,
          ...more,
        },
      });
      await until(async () => {
        const group = await api.getServerGroup({
          params: { account: 'local-gce', region: 'us-central1', name: `hello-${stack}-v000` },
          query: { live: 'true' },
        });
        return group.instanceCounts.total === 2 && group.instanceCounts.up === 2;
      });
    },
  };
}

function serve(address: string, name: string): Server {
  const server = createServer((_request, response) => response.end(name));
  server.listen(PORT, address);
  return server;
}

/** One request over a connection of its own. */
function answer(host: string, name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const agent = new Agent({ keepAlive: false });
    const request = httpRequest({ host, port: PORT, agent, headers: { host: name }, timeout: 2_000 }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(response.statusCode === 200 ? text.replace(/-[a-z0-9]{4}$/, '') : undefined));
    });
    request.on('error', () => resolve(undefined));
    request.on('timeout', () => request.destroy());
    request.end();
  });
}

/** Asks again and again until told to stop; answers how often nobody answered. */
function keepAsking(ask: () => Promise<string | undefined>): () => Promise<{ asked: number; failed: number }> {
  const count = { asked: 0, failed: 0 };
  let going = true;
  const loop = (async () => {
    while (going) {
      count.asked++;
      if ((await ask()) === undefined) count.failed++;
    }
  })();
  return async () => {
    going = false;
    await loop;
    return count;
  };
}

const web = {
  ...outside,
  loadBalancerName: 'web',
  loadBalancerType: 'HTTP',
  portRange: String(PORT),
  defaultService: { name: 'web-main', connectionDrainingTimeoutSec: 1, healthCheck: { port: PORT } },
};
const rate = { loadBalancingPolicy: { balancingMode: 'RATE', maxRatePerInstance: 100_000 } };

test('HTTP: host rules choose among backend services, and no request is lost while they, groups and shares change', async () => {
  const { run, ask, group, api } = await prepare('127.117');
  const api2 = { name: 'web-api', connectionDrainingTimeoutSec: 1, healthCheck: { port: PORT } };
  await run({
    upsertLoadBalancer: {
      ...web,
      hostRules: [{ hostPatterns: ['api.example.com'], pathMatcher: { defaultService: api2 } }],
    },
  });
  await group('main', ['web'], { backendServices: { web: ['web-main'] }, ...rate });
  await group('api', ['web'], { backendServices: { web: ['web-api'] }, ...rate });
  await until(async () => (await ask('web')) === 'hello-main-v000');
  await until(async () => (await ask('web', 'api.example.com')) === 'hello-api-v000');

  const stop = keepAsking(() => ask('web'));
  // Health check, affinity, draining and the rules themselves change under traffic.
  await run({
    upsertLoadBalancer: {
      ...web,
      defaultService: {
        name: 'web-main',
        connectionDrainingTimeoutSec: 2,
        healthCheck: { port: PORT, requestPath: '/up' },
      },
      hostRules: [],
    },
  });
  await until(async () => (await ask('web', 'api.example.com')) === 'hello-main-v000');

  // A second group beside the first one, with a quarter of its capacity: a fifth of the requests.
  await group('more', ['web'], { backendServices: { web: ['web-main'] }, ...rate });
  await run({ enableServerGroup: { ...at, serverGroupName: 'hello-more-v000', desiredPercentage: 25 } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  let more = 0;
  for (let n = 0; n < 500; n++) if ((await ask('web')) === 'hello-more-v000') more++;
  expect(more / 500).toBeGreaterThan(0.15);
  expect(more / 500).toBeLessThan(0.25);

  await run({ enableServerGroup: { ...at, serverGroupName: 'hello-more-v000' } });
  await run({ disableServerGroup: { ...at, serverGroupName: 'hello-main-v000' } });
  await until(async () => (await ask('web')) === 'hello-more-v000');
  const { asked, failed } = await stop();
  expect(asked).toBeGreaterThan(100);
  expect(failed).toBe(0);

  const [view] = await api.getLoadBalancer({
    params: { account: 'local-gce', region: 'global', name: 'web' },
    query: {},
  });
  expect(view).toMatchObject({
    loadBalancerType: 'HTTP',
    urlMapName: 'web-url-map',
    defaultService: { name: 'web-main', healthCheck: { requestPath: '/up' } },
    hostRules: [],
  });
  expect(view?.serverGroups.map(({ name, isDisabled }) => `${name} ${isDisabled ? 'off' : 'on'}`).toSorted()).toEqual(
    expect.arrayContaining(['hello-main-v000 off', 'hello-more-v000 on']),
  );
});

test('NETWORK: groups and single instances join and leave the pool; a load balancer in use is not deleted', async () => {
  const { run, ask, group, api, lab } = await prepare('127.118');
  await run({
    upsertLoadBalancer: {
      ...at,
      loadBalancerName: 'net',
      loadBalancerType: 'NETWORK',
      portRange: String(PORT),
      healthCheck: { port: PORT },
    },
  });
  await group('net', ['net']);
  await until(async () => (await ask('net')) === 'hello-net-v000');
  const view = async () => {
    const [found] = await api.getLoadBalancer({
      params: { account: 'local-gce', region: 'us-central1', name: 'net' },
      query: {},
    });
    return found;
  };
  const instances = async () =>
    z
      .array(z.string())
      .parse((await view())?.['instances'])
      .toSorted();
  const [one = '', two = ''] = await instances();
  expect(two).toMatch(/^hello-net-v000-/);

  const refused = await runOperation(api, [{ deleteLoadBalancer: { ...at, loadBalancerName: 'net' } }]);
  expect(refused.reason?.summary).toContain(one);
  expect(refused.reason?.summary).toContain('disable or destroy that first');

  await run({ deregisterInstancesFromLoadBalancer: { ...at, loadBalancerNames: ['net'], instanceIds: [one] } });
  expect(await instances()).toEqual([two]);
  await run({ registerInstancesWithLoadBalancer: { ...at, loadBalancerNames: ['net'], instanceIds: [one] } });
  expect(await instances()).toEqual([one, two]);

  await run({ disableServerGroup: { ...at, serverGroupName: 'hello-net-v000' } });
  await until(async () => (await ask('net')) === undefined);
  expect((await view())?.serverGroups).toMatchObject([{ name: 'hello-net-v000', isDisabled: true }]);
  await run({ enableServerGroup: { ...at, serverGroupName: 'hello-net-v000' } });
  await until(async () => (await ask('net')) === 'hello-net-v000');

  await run({ destroyServerGroup: { ...at, serverGroupName: 'hello-net-v000' } });
  await run({ deleteLoadBalancer: { ...at, loadBalancerName: 'net' } });
  for (const path of [
    'regions/us-central1/forwardingRules',
    'regions/us-central1/targetPools',
    'global/httpHealthChecks',
  ])
    expect(await lab.names(path)).toEqual([]);
});

test('a firewall is shown with its rules, and with the server groups that it concerns', async () => {
  const { run, api } = await prepare('127.119');
  const made = { ...at, application: 'hello', stack: 'fire', image: 'hello-1', targetSize: 1, tags: ['web-server'] };
  await run({ createServerGroup: made });
  await run({
    upsertSecurityGroup: {
      ...outside,
      securityGroupName: 'hello-web',
      sourceRanges: ['10.0.0.0/8'],
      targetTags: ['web-server'],
      allowed: [{ ipProtocol: 'TCP', portRanges: ['80', '8080-8090'] }],
    },
  });
  const params = { account: 'local-gce', region: 'global', name: 'hello-web' };
  expect(await api.getSecurityGroup({ params, query: {} })).toMatchObject({
    network: 'default',
    targetTags: ['web-server'],
    inboundRules: [
      {
        protocol: 'tcp',
        range: { ip: '10.0.0.0', cidr: '/8' },
        portRanges: [
          { startPort: 80, endPort: 80 },
          { startPort: 8080, endPort: 8090 },
        ],
      },
    ],
  });
  await until(async () => {
    const found = await api.getServerGroup({
      params: { account: 'local-gce', region: 'us-central1', name: 'hello-fire-v000' },
      query: { live: 'true' },
    });
    return (found['securityGroups'] as string[]).includes('hello-web');
  });
  await run({ deleteSecurityGroup: { ...outside, securityGroupName: 'hello-web' } });
  await expect(api.getSecurityGroup({ params, query: {} })).rejects.toMatchObject({ status: 404 });
});
