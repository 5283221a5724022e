import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';

const SERVICE = 'regions/us-central1/backendServices/bs';

/** A cloud with two groups behind one service, and where its forwarding rule listens. */
async function balanced(mode: object = {}) {
  const lab = new TestCloud();
  await lab.group('g', 3);
  await lab.group('h', 3);
  await lab.balance('g');
  await lab.done('PATCH', SERVICE, {
    backends: [
      { group: 'regions/us-central1/instanceGroups/g', ...mode },
      { group: 'regions/us-central1/instanceGroups/h', ...mode },
    ],
  });
  await lab.clock.advance(30_000);
  const { body } = await lab.api('GET', 'regions/us-central1/forwardingRules/fr');
  return { lab, at: { address: String(body['IPAddress']), port: 8080 } };
}

describe('simulated traffic', () => {
  test('is shared out over what is healthy, and counted where the real one is', async () => {
    const { lab, at } = await balanced();
    const { served, refused } = lab.traffic.send({ ...at, count: 600 });
    expect(refused).toBe(0);
    expect(Object.keys(served)).toHaveLength(6);
    expect(Object.values(served).reduce((sum, count) => sum + count, 0)).toBe(600);
    const counters = lab.traffic.counters();
    const rule = 'projects/p/regions/us-central1/forwardingRules/fr';
    expect(counters.forwardingRules[rule]).toMatchObject({ requests: 600, responses: { '2xx': 600 } });
    expect(counters.groups['projects/p/regions/us-central1/instanceGroups/g']?.requests).toBe(300);
  });

  test('comes to a removed group no more; its connections live for the draining time and are cut after it', async () => {
    const { lab, at } = await balanced();
    const open = Array.from({ length: 6 }, () => lab.traffic.connect(at));
    const members = new Set((await lab.managed('h')).map((each) => String(each['instance']).split('/v1/')[1]));
    const leaving = open.filter((each) => members.has(each?.instance));
    const staying = open.filter((each) => !members.has(each?.instance));
    expect(leaving).toHaveLength(3);
    await lab.done('PATCH', SERVICE, { backends: [{ group: 'regions/us-central1/instanceGroups/g' }] });
    const { served } = lab.traffic.send({ ...at, count: 90 });
    expect(Object.keys(served).filter((path) => members.has(path))).toEqual([]);
    expect(leaving.every((each) => each?.isOpen() === true)).toBe(true);
    await lab.clock.advance(11_000);
    expect(leaving.every((each) => each?.isOpen() === false)).toBe(true);
    expect(staying.every((each) => each?.isOpen() === true)).toBe(true);
  });

  test('does not come to a port that instances do not serve, nor does a health check', async () => {
    const { lab, at } = await balanced();
    await lab.done('PATCH', 'global/healthChecks/hc', { httpHealthCheck: { port: 81 } });
    await lab.clock.advance(60_000);
    const { body } = await lab.api('POST', `${SERVICE}/getHealth`, {
      group: 'regions/us-central1/instanceGroups/g',
    });
    expect(body['healthStatus']?.map(({ healthState }) => healthState)).toEqual(Array(3).fill('UNHEALTHY'));
    await lab.done('PATCH', 'global/healthChecks/hc', { httpHealthCheck: { port: 8080 } });
    await lab.clock.advance(60_000);
    // One that ended is passed over before its health check knows.
    const [one] = lab.runtime.running.keys();
    lab.runtime.crash(one ?? '');
    const { served, refused } = lab.traffic.send({ ...at, count: 100 });
    expect([Object.keys(served).length, refused]).toEqual([5, 0]);
  });

  test('is kept away by firewall rules, and counted as that', async () => {
    const { lab, at } = await balanced();
    await lab.done('POST', 'global/firewalls', {
      name: 'shut',
      priority: 1,
      sourceRanges: ['127.0.0.7/32'],
      denied: [{ IPProtocol: 'tcp' }],
    });
    await lab.clock.advance(1000);
    expect(lab.traffic.send({ ...at, count: 3, clientAddress: '127.0.0.7' })).toEqual({ served: {}, refused: 3 });
    expect(lab.traffic.send({ ...at, count: 3, clientAddress: '127.0.0.8' }).refused).toBe(0);
    const rule = 'projects/p/regions/us-central1/forwardingRules/fr';
    expect(lab.traffic.counters().forwardingRules[rule]?.failures.denied).toBe(3);
  });

  test('that a URL map redirects is answered, not refused', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/urlMaps', { name: 'um', defaultUrlRedirect: { pathRedirect: '/new' } });
    await lab.done('POST', 'global/targetHttpProxies', { name: 'px', urlMap: 'global/urlMaps/um' });
    await lab.done('POST', 'global/forwardingRules', {
      name: 'fr',
      portRange: '80',
      target: 'global/targetHttpProxies/px',
    });
    await lab.clock.advance(1000);
    const address = String((await lab.api('GET', 'global/forwardingRules/fr')).body['IPAddress']);
    expect(lab.traffic.send({ address, port: 80, count: 4 })).toEqual({ served: {}, refused: 0 });
    const { responses } = lab.traffic.counters().forwardingRules['projects/p/global/forwardingRules/fr'] ?? {};
    expect(responses).toMatchObject({ '3xx': 4, '5xx': 0 });
  });

  test('nothing listens, nothing is served', async () => {
    const { lab } = await balanced();
    expect(lab.traffic.send({ address: '127.0.0.9', port: 1, count: 3 })).toEqual({ served: {}, refused: 3 });
    expect(lab.traffic.connect({ address: '127.0.0.9', port: 1 })).toBeUndefined();
  });
});
