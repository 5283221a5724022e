import { beforeEach, describe, expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.fixture.ts';
import { TestCloud } from './cloud.fixture.ts';
import type { TrafficListener } from './data-plane.ts';

const GROUP = 'regions/us-central1/instanceGroups/g';
let lab: TestCloud;

beforeEach(async () => {
  lab = new TestCloud();
  await lab.group('g', 2);
  await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP', tcpHealthCheck: { port: 8080 } });
});

/** A global backend service over the group. */
async function service(name: string, fields: object, backend: object = {}): Promise<void> {
  await lab.done('POST', 'global/backendServices', {
    name,
    portName: 'http',
    healthChecks: ['global/healthChecks/hc'],
    backends: [{ group: GROUP, ...backend }],
    ...fields,
  });
}

/** The plan of a rule, once the health checks have had their time. */
async function planned(rule: string): Promise<readonly TrafficListener[]> {
  await lab.clock.advance(30_000);
  return lab.listeners.filter((each) => each.rule.endsWith(`/${rule}`));
}

describe('the plan of a forwarding rule', () => {
  test('for a target HTTP proxy balances requests over what its URL map leads to, by rate', async () => {
    await service(
      'web',
      {
        protocol: 'HTTP',
        timeoutSec: 7,
        sessionAffinity: 'GENERATED_COOKIE',
        affinityCookieTtlSec: 60,
        connectionDraining: { drainingTimeoutSec: 20 },
      },
      { balancingMode: 'RATE', maxRatePerInstance: 50, capacityScaler: 0.5 },
    );
    await lab.done('POST', 'global/urlMaps', { name: 'map', defaultService: 'global/backendServices/web' });
    await lab.done('POST', 'global/targetHttpProxies', { name: 'proxy', urlMap: 'global/urlMaps/map' });
    await lab.done('POST', 'global/forwardingRules', {
      name: 'fr',
      portRange: '80-80',
      target: 'global/targetHttpProxies/proxy',
    });
    const [listener, ...more] = await planned('fr');
    expect(more).toEqual([]);
    expect(listener).toMatchObject({
      port: 80,
      protocol: 'TCP',
      front: { kind: 'http', managed: false },
      services: [
        {
          service: 'projects/p/global/backendServices/web',
          affinity: { kind: 'GENERATED_COOKIE', cookie: 'GCLB', ttlSec: 60 },
          drainMs: 20_000,
          timeoutMs: 7000,
          groups: [
            {
              group: `projects/p/${GROUP}`,
              // Two instances at 50 requests a second each.
              capacity: { mode: 'RATE', rate: 100, scaler: 0.5 },
              targets: [
                { port: 8080, accepts: true },
                { port: 8080, accepts: true },
              ],
            },
          ],
        },
      ],
    });
  });

  test.each([
    [
      'HTTP_COOKIE',
      { httpCookie: { name: 'shop', path: '/cart', ttl: { seconds: '60' } } },
      { cookie: 'shop', path: '/cart', ttlSec: 60 },
      (client: number) => ({ cookie: `other=1; shop=${client}` }),
    ],
    [
      'HEADER_FIELD',
      { httpHeaderName: 'X-User' },
      { header: 'X-User' },
      (client: number) => ({ 'x-user': `${client}` }),
    ],
  ])(
    'with %s affinity keeps each client at an instance, by a hash of what it sends',
    async (kind, hash, affinity, sent) => {
      await service('web', {
        protocol: 'HTTP',
        sessionAffinity: kind,
        localityLbPolicy: 'RING_HASH',
        consistentHash: hash,
      });
      await lab.done('POST', 'global/urlMaps', { name: 'map', defaultService: 'global/backendServices/web' });
      await lab.done('POST', 'global/targetHttpProxies', { name: 'proxy', urlMap: 'global/urlMaps/map' });
      const rule = { name: 'fr', portRange: '80-80', target: 'global/targetHttpProxies/proxy' };
      await lab.done('POST', 'global/forwardingRules', rule);
      const [listener] = await planned('fr');
      expect(listener?.services).toMatchObject([{ affinity: { kind, ...affinity } }]);
      const at = { address: listener?.address ?? '', port: 80 };
      const instanceOf = (client: number) =>
        Object.keys(lab.traffic.send({ ...at, count: 20, headers: sent(client) }).served);
      const chosen = Array.from({ length: 30 }, (_, client) => instanceOf(client));
      expect(chosen.every((instances) => instances.length === 1)).toBe(true);
      expect(new Set(chosen.flat()).size).toBe(2);
      expect(Object.keys(lab.traffic.send({ ...at, count: 20 }).served)).toHaveLength(2);
    },
  );

  test('for a target HTTPS proxy and a target SSL proxy shows their certificates', async () => {
    await lab.done('POST', 'global/sslCertificates', {
      name: 'cert',
      certificate: CERTIFICATE,
      privateKey: PRIVATE_KEY,
    });
    const sslCertificates = ['global/sslCertificates/cert'];
    await service('web', { protocol: 'HTTP' });
    await service('raw', { protocol: 'SSL' });
    await lab.done('POST', 'global/urlMaps', { name: 'map', defaultService: 'global/backendServices/web' });
    await lab.done('POST', 'global/targetHttpsProxies', { name: 'h', urlMap: 'global/urlMaps/map', sslCertificates });
    await lab.done('POST', 'global/targetSslProxies', {
      name: 's',
      service: 'global/backendServices/raw',
      sslCertificates,
      proxyHeader: 'PROXY_V1',
    });
    for (const [name, target] of [
      ['https', 'targetHttpsProxies/h'],
      ['ssl', 'targetSslProxies/s'],
    ]) {
      await lab.done('POST', 'global/forwardingRules', { name, portRange: '443', target: `global/${target ?? ''}` });
    }
    const certificates = [{ certificate: CERTIFICATE, privateKey: PRIVATE_KEY }];
    expect((await planned('https'))[0]?.front).toMatchObject({ kind: 'http', certificates });
    expect((await planned('ssl'))[0]).toMatchObject({
      front: { kind: 'tcp', proxyHeader: true, certificates },
      services: [{ tls: true }],
    });
  });

  test('for a target pool passes TCP or UDP through, and for every port listens where its instances serve', async () => {
    const [member] = await lab.managed('g');
    await lab.done('POST', 'regions/us-central1/targetPools', {
      name: 'pool',
      sessionAffinity: 'CLIENT_IP',
      instances: [member?.['instance']],
    });
    const target = 'regions/us-central1/targetPools/pool';
    await lab.done('POST', 'regions/us-central1/forwardingRules', {
      name: 'udp',
      IPProtocol: 'UDP',
      portRange: '1-65535',
      target,
    });
    await lab.done('POST', 'regions/us-central1/forwardingRules', { name: 'tcp', portRange: '90-91', target });
    expect(await planned('udp')).toMatchObject([
      {
        port: 8080,
        protocol: 'UDP',
        front: { kind: 'pass-through' },
        services: [{ affinity: { kind: 'CLIENT_IP' }, groups: [{ targets: [{ port: 8080, accepts: true }] }] }],
      },
    ]);
    expect(
      (await planned('tcp')).map(({ port, services }) => [port, services[0]?.groups[0]?.targets[0]?.port]),
    ).toEqual([
      [90, 90],
      [91, 91],
    ]);
  });

  test('lets nothing new go to a group whose capacityScaler is 0, and keeps it in the plan', async () => {
    await service('raw', { protocol: 'TCP' }, { balancingMode: 'UTILIZATION', capacityScaler: 0 });
    await lab.done('POST', 'global/targetTcpProxies', { name: 't', service: 'global/backendServices/raw' });
    await lab.done('POST', 'global/forwardingRules', {
      name: 'fr',
      portRange: '80',
      target: 'global/targetTcpProxies/t',
    });
    const [listener] = await planned('fr');
    expect(listener?.services[0]?.groups[0]?.targets.map(({ accepts }) => accepts)).toEqual([false, false]);
  });

  test('a firewall rule that keeps health checks away makes instances unhealthy, and says which to allow', async () => {
    await service('raw', { protocol: 'TCP' });
    await lab.done('POST', 'global/firewalls', {
      name: 'no-checks',
      priority: 100,
      denied: [{ IPProtocol: 'tcp', ports: ['8080'] }],
    });
    await lab.clock.advance(60_000);
    const health = async () =>
      (await lab.api('POST', 'global/backendServices/raw/getHealth', { group: GROUP })).body['healthStatus'] ?? [];
    expect(await health()).toMatchObject([
      { healthState: 'UNHEALTHY', annotations: { reason: expect.stringContaining('35.191.0.0/16') } },
      { healthState: 'UNHEALTHY' },
    ]);
    await lab.done('POST', 'global/firewalls', {
      name: 'checks',
      priority: 99,
      allowed: [{ IPProtocol: 'tcp', ports: ['8080'] }],
      sourceRanges: ['35.191.0.0/16', '130.211.0.0/22'],
    });
    await lab.clock.advance(60_000);
    expect(await health()).toMatchObject([{ healthState: 'HEALTHY' }, { healthState: 'HEALTHY' }]);
  });
});
