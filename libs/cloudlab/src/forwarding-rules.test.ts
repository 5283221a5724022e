import { beforeEach, describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const R = 'regions/us-central1';
let lab: TestCloud;

beforeEach(async () => {
  lab = new TestCloud();
  await lab.done('POST', 'global/backendServices', { name: 'web' });
  await lab.done('POST', 'global/backendServices', { name: 'new', loadBalancingScheme: 'EXTERNAL_MANAGED' });
  await lab.done('POST', 'global/backendServices', { name: 'stream', protocol: 'TCP' });
  for (const name of ['web', 'new']) {
    await lab.done('POST', 'global/urlMaps', { name, defaultService: `global/backendServices/${name}` });
    await lab.done('POST', 'global/targetHttpProxies', { name, urlMap: `global/urlMaps/${name}` });
  }
  await lab.done('POST', 'global/targetTcpProxies', { name: 'stream', service: 'global/backendServices/stream' });
  await lab.done('POST', `${R}/backendServices`, { name: 'through' });
  await lab.done('POST', `${R}/backendServices`, { name: 'udp', protocol: 'UDP', loadBalancingScheme: 'INTERNAL' });
  await lab.done('POST', `${R}/targetPools`, { name: 'tp' });
});

describe('forwarding rules', () => {
  test.each([
    ['global HTTP', 'global', { portRange: '80', target: 'global/targetHttpProxies/web' }],
    ['global TCP', 'global', { portRange: '443-443', target: 'global/targetTcpProxies/stream' }],
    ['pass-through', R, { ports: ['80', '8080'], backendService: `${R}/backendServices/through` }],
    [
      'internal, every port',
      R,
      {
        allPorts: true,
        IPProtocol: 'UDP',
        loadBalancingScheme: 'INTERNAL',
        backendService: `${R}/backendServices/udp`,
      },
    ],
    ['a target pool with UDP', R, { portRange: '53', IPProtocol: 'UDP', target: `${R}/targetPools/tp` }],
  ])('%s: the rule gets an address of the pool', async (_, place, body) => {
    await lab.done('POST', `${place}/forwardingRules`, { name: 'fr', ...body });
    expect((await lab.api('GET', `${place}/forwardingRules/fr`)).body).toMatchObject({
      IPAddress: expect.stringMatching(/^127\.99\.255\.\d+$/),
      labels: {},
      fingerprint: expect.any(String),
    });
  });

  test.each([
    ['nothing to lead to', 'global', { portRange: '80' }, "either 'target' or 'backendService'"],
    ['no port', 'global', { target: 'global/targetHttpProxies/web' }, 'portRange'],
    ['several ports for a proxy', 'global', { portRange: '80-90', target: 'global/targetHttpProxies/web' }, 'one port'],
    [
      'another scheme than its service',
      'global',
      { portRange: '80', target: 'global/targetHttpProxies/new' },
      'EXTERNAL_MANAGED',
    ],
    ['a proxy of another place', R, { portRange: '80', target: 'global/targetHttpProxies/web' }, 'lies in global'],
    [
      'a service that needs a proxy',
      'global',
      { portRange: '80', backendService: 'global/backendServices/web' },
      'target proxy',
    ],
    [
      'another protocol',
      R,
      { portRange: '80', IPProtocol: 'UDP', backendService: `${R}/backendServices/through` },
      'IPProtocol',
    ],
    [
      'an address of somewhere else',
      'global',
      { portRange: '80', IPAddress: '10.0.0.1', target: 'global/targetHttpProxies/web' },
      '127.99.255.1',
    ],
    ['ports that are none', R, { ports: ['http'], backendService: `${R}/backendServices/through` }, 'resource.ports.0'],
    [
      'a network outside of any',
      R,
      { portRange: '80', network: 'global/networks/default', backendService: `${R}/backendServices/through` },
      'resource.network',
    ],
  ])('%s is refused', async (_, place, body, word) => {
    await expectRefusal(lab, ['POST', `${place}/forwardingRules`, { name: 'fr', ...body }], 400, 'invalid', word);
  });

  test('address and port belong to one rule for each protocol', async () => {
    const rule = { IPAddress: '127.99.255.7', portRange: '53-60', target: `${R}/targetPools/tp` };
    await lab.done('POST', `${R}/forwardingRules`, { name: 'one', ...rule });
    const clash = { name: 'two', ...rule, portRange: '60' };
    await expectRefusal(lab, ['POST', `${R}/forwardingRules`, clash], 409, 'alreadyExists', 'forwardingRules/one');
    await lab.done('POST', `${R}/forwardingRules`, { ...clash, IPProtocol: 'UDP' });
    await lab.done('POST', `${R}/forwardingRules`, { ...clash, name: 'three', portRange: '61' });
  });

  test('a reserved address is used by name, shown as in use, and kept until the rule is gone', async () => {
    await lab.done('POST', 'global/addresses', { name: 'ip' });
    const { body: address } = await lab.api('GET', 'global/addresses/ip');
    expect(address).toMatchObject({ status: 'RESERVED' });
    const rule = { name: 'fr', IPAddress: 'ip', portRange: '80', target: 'global/targetHttpProxies/web' };
    await lab.done('POST', 'global/forwardingRules', rule);
    expect((await lab.api('GET', 'global/forwardingRules/fr')).body['IPAddress']).toBe(address['address']);
    expect((await lab.api('GET', 'global/addresses/ip')).body).toMatchObject({
      status: 'IN_USE',
      users: [expect.stringContaining('/forwardingRules/fr')],
    });
    await expectRefusal(lab, ['DELETE', 'global/addresses/ip'], 400, 'resourceInUseByAnotherResource');
    await lab.done('DELETE', 'global/forwardingRules/fr');
    await lab.done('DELETE', 'global/addresses/ip');
  });

  test('the target changes by setTarget only', async () => {
    await lab.done('POST', 'global/forwardingRules', {
      name: 'fr',
      portRange: '80',
      target: 'global/targetHttpProxies/web',
    });
    const patch = { target: 'global/targetTcpProxies/stream' };
    await expectRefusal(lab, ['PATCH', 'global/forwardingRules/fr', patch], 400, 'invalid', 'resource.target');
    await lab.done('POST', 'global/forwardingRules/fr/setTarget', patch);
    expect((await lab.api('GET', 'global/forwardingRules/fr')).body['target']).toContain('/targetTcpProxies/stream');
    const other = { target: 'global/targetHttpProxies/new' };
    await expectRefusal(
      lab,
      ['POST', 'global/forwardingRules/fr/setTarget', other],
      400,
      'invalid',
      'EXTERNAL_MANAGED',
    );
  });
});
