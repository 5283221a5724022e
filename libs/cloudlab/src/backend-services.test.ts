import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const REGION = 'regions/us-central1/backendServices';
const GROUP = 'regions/us-central1/instanceGroups/g';

async function lab(): Promise<TestCloud> {
  const cloud = new TestCloud();
  await cloud.group('g', 1);
  return cloud;
}

describe('backend services', () => {
  test.each([
    ['global/backendServices', {}, { protocol: 'HTTP', portName: 'http', timeoutSec: 30, sessionAffinity: 'NONE' }],
    [REGION, {}, { protocol: 'TCP', loadBalancingScheme: 'EXTERNAL' }],
    [REGION, { loadBalancingScheme: 'INTERNAL_MANAGED' }, { protocol: 'HTTP', portName: 'http' }],
  ])('what %s %j leaves out has its default', async (path, body, expected) => {
    const cloud = new TestCloud();
    await cloud.done('POST', path, { name: 'bs', ...body });
    expect((await cloud.api('GET', `${path}/bs`)).body).toMatchObject(expected);
  });

  test.each([
    [
      'global/backendServices',
      { protocol: 'HTTP' },
      {},
      { balancingMode: 'UTILIZATION', maxUtilization: 0.8, capacityScaler: 1 },
    ],
    [
      'global/backendServices',
      { protocol: 'HTTP' },
      { balancingMode: 'RATE', maxRatePerInstance: 2.5 },
      { maxRatePerInstance: 2.5 },
    ],
    [
      'global/backendServices',
      { protocol: 'TCP' },
      { balancingMode: 'CONNECTION', maxConnections: 9 },
      { maxConnections: 9 },
    ],
    [REGION, {}, {}, { balancingMode: 'CONNECTION' }],
  ])('%s %j takes the backend %j', async (path, service, backend, expected) => {
    const cloud = await lab();
    await cloud.done('POST', path, { name: 'bs', ...service, backends: [{ group: GROUP, ...backend }] });
    expect((await cloud.api('GET', `${path}/bs`)).body['backends']?.[0]).toMatchObject(expected);
  });

  test.each([
    [
      'global/backendServices',
      { protocol: 'HTTP' },
      { balancingMode: 'CONNECTION', maxConnections: 1 },
      'balancingMode',
    ],
    ['global/backendServices', { protocol: 'TCP' }, { balancingMode: 'RATE', maxRate: 1 }, 'balancingMode'],
    [REGION, {}, { balancingMode: 'UTILIZATION' }, 'balancingMode'],
    ['global/backendServices', { protocol: 'HTTP' }, { balancingMode: 'RATE' }, 'RATE needs maxRate'],
    ['global/backendServices', { protocol: 'HTTP' }, { balancingMode: 'RATE', maxConnections: 1 }, 'maxConnections'],
    ['global/backendServices', { protocol: 'HTTP' }, { capacityScaler: 0.05 }, 'capacityScaler'],
    ['global/backendServices', { protocol: 'HTTP' }, { capacityScaler: 2 }, 'capacityScaler'],
    ['global/backendServices', { protocol: 'UDP' }, {}, 'protocol'],
    ['global/backendServices', { loadBalancingScheme: 'INTERNAL' }, {}, 'loadBalancingScheme'],
    ['global/backendServices', { protocol: 'TCP', sessionAffinity: 'GENERATED_COOKIE' }, {}, 'sessionAffinity'],
    ['global/backendServices', { protocol: 'HTTP', sessionAffinity: 'CLIENT_IP_PROTO' }, {}, 'sessionAffinity'],
    [REGION, { protocol: 'HTTP' }, {}, 'protocol'],
    ['global/backendServices', { timeoutSec: 0 }, {}, 'timeoutSec'],
  ])('%s %j does not take the backend %j', async (path, service, backend, word) => {
    const body = { name: 'bs', ...service, backends: [{ group: GROUP, ...backend }] };
    await expectRefusal(await lab(), ['POST', path, body], 400, 'invalid', word);
  });

  test.each([
    [{ sessionAffinity: 'HTTP_COOKIE' }, 'consistentHash.httpCookie'],
    [{ sessionAffinity: 'HEADER_FIELD', consistentHash: {} }, 'consistentHash.httpHeaderName'],
    [{ localityLbPolicy: 'RANDOM' }, 'localityLbPolicy'],
    [{ localityLbPolicy: 'RING_HASH' }, 'sessionAffinity'],
    [{ circuitBreakers: { maxRequests: 1 } }, 'circuitBreakers'],
    [{ outlierDetection: { consecutiveErrors: 5 } }, 'outlierDetection'],
    [{ customRequestHeaders: ['x: y'] }, 'customRequestHeaders'],
    [{ securityPolicy: 'global/securityPolicies/p' }, 'securityPolicy'],
    [{ iap: { enabled: true } }, 'iap'],
    [{ failoverPolicy: { failoverRatio: 0.5 } }, 'failoverPolicy'],
  ])('%j is refused: nobody would act on it', async (fields, word) => {
    const service = { name: 'bs', protocol: 'HTTP', ...fields };
    await expectRefusal(new TestCloud(), ['POST', 'global/backendServices', service], 400, 'invalid', word);
  });

  test('what clients send of fields that are not in use is taken', async () => {
    const cloud = new TestCloud();
    const unused = {
      iap: { enabled: false },
      customRequestHeaders: [],
      securityPolicy: '',
      failoverPolicy: { dropTrafficIfUnhealthy: false },
      localityLbPolicy: 'ROUND_ROBIN',
    };
    await cloud.done('POST', 'global/backendServices', { name: 'bs', protocol: 'HTTP', ...unused });
    const through = { name: 'bs', localityLbPolicy: 'MAGLEV' };
    await cloud.done('POST', REGION, through);
  });

  test('a group stands behind a service once, and lies in its region', async () => {
    const cloud = await lab();
    const twice = { name: 'bs', backends: [{ group: GROUP }, { group: `projects/p/${GROUP}` }] };
    await expectRefusal(cloud, ['POST', REGION, twice], 400, 'invalid', 'duplicate instance group');
    const far = { name: 'bs', backends: [{ group: GROUP }] };
    await expectRefusal(
      cloud,
      ['POST', 'regions/asia-east1/backendServices', far],
      400,
      'invalid',
      'regions/us-central1',
      'regions/asia-east1',
    );
    await cloud.done('POST', 'global/backendServices', { name: 'bs', backends: [{ group: GROUP }] });
  });

  test('the scheme stays as it was', async () => {
    const cloud = new TestCloud();
    await cloud.done('POST', REGION, { name: 'bs', loadBalancingScheme: 'INTERNAL' });
    await expectRefusal(
      cloud,
      ['PATCH', `${REGION}/bs`, { loadBalancingScheme: 'EXTERNAL' }],
      400,
      'invalid',
      "'INTERNAL'",
    );
    const { fingerprint } = (await cloud.api('GET', `${REGION}/bs`)).body as unknown as { fingerprint: string };
    await cloud.done('PUT', `${REGION}/bs`, { name: 'bs', fingerprint, timeoutSec: 5 });
    expect((await cloud.api('GET', `${REGION}/bs`)).body).toMatchObject({
      loadBalancingScheme: 'INTERNAL',
      timeoutSec: 5,
    });
  });
});
