import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const WEB = 'global/backendServices/web';

async function lab(): Promise<TestCloud> {
  const cloud = new TestCloud();
  await cloud.done('POST', 'global/backendServices', { name: 'web', protocol: 'HTTP' });
  await cloud.done('POST', 'global/backendServices', { name: 'stream', protocol: 'TCP' });
  await cloud.done('POST', 'regions/us-central1/backendServices', {
    name: 'inner',
    protocol: 'HTTP',
    loadBalancingScheme: 'INTERNAL_MANAGED',
  });
  return cloud;
}

describe('URL maps', () => {
  test('references are stored as full links', async () => {
    const cloud = await lab();
    await cloud.done('POST', 'global/urlMaps', {
      name: 'um',
      defaultService: WEB,
      hostRules: [{ hosts: ['a.test', '*.b.test', '*'], pathMatcher: 'm' }],
      pathMatchers: [
        {
          name: 'm',
          defaultRouteAction: { weightedBackendServices: [{ backendService: WEB, weight: 1 }] },
          pathRules: [{ paths: ['/x', '/x/*'], service: WEB }],
        },
      ],
    });
    const link = `https://www.googleapis.com/compute/v1/projects/p/${WEB}`;
    expect((await cloud.api('GET', 'global/urlMaps/um')).body).toMatchObject({
      defaultService: link,
      pathMatchers: [
        {
          defaultRouteAction: { weightedBackendServices: [{ backendService: link }] },
          pathRules: [{ service: link }],
        },
      ],
    });
    expect((await cloud.api('GET', WEB)).body['usedBy']).toEqual([
      { reference: 'https://www.googleapis.com/compute/v1/projects/p/global/urlMaps/um' },
    ]);
  });

  const matcher = { name: 'm', defaultService: WEB };
  test.each<readonly [what: string, body: object, field: string, why: string]>([
    ['no default', {}, 'resource.defaultService', 'is required'],
    [
      'two defaults',
      { defaultService: WEB, defaultUrlRedirect: { httpsRedirect: true } },
      'resource.defaultService',
      'one of',
    ],
    [
      'a service of another place',
      { defaultService: 'regions/us-central1/backendServices/inner' },
      'defaultService',
      'lies in regions/us-central1',
    ],
    [
      'a service without HTTP',
      { defaultService: 'global/backendServices/stream' },
      'defaultService',
      'protocol is TCP',
    ],
    ['another kind', { defaultService: 'global/networks/default' }, 'defaultService', 'one of backendServices'],
    [
      'a host rule without its matcher',
      { defaultService: WEB, hostRules: [{ hosts: ['a'], pathMatcher: 'x' }] },
      'pathMatcher',
      "'x'",
    ],
    [
      'a host that is none',
      { defaultService: WEB, hostRules: [{ hosts: ['a*b'], pathMatcher: 'm' }], pathMatchers: [matcher] },
      'hosts',
      "'a*b'",
    ],
    [
      'a host twice',
      { defaultService: WEB, hostRules: [{ hosts: ['a', 'A'], pathMatcher: 'm' }], pathMatchers: [matcher] },
      'hosts',
      'twice',
    ],
    ['a matcher twice', { defaultService: WEB, pathMatchers: [matcher, matcher] }, 'pathMatchers.name', 'twice'],
    [
      'a path without its slash',
      { defaultService: WEB, pathMatchers: [{ ...matcher, pathRules: [{ paths: ['x'], service: WEB }] }] },
      'paths',
      "'x'",
    ],
    [
      'a star in the middle',
      { defaultService: WEB, pathMatchers: [{ ...matcher, pathRules: [{ paths: ['/a*'], service: WEB }] }] },
      'paths',
      "'/a*'",
    ],
    [
      'a path twice',
      { defaultService: WEB, pathMatchers: [{ ...matcher, pathRules: [{ paths: ['/a', '/a'], service: WEB }] }] },
      'paths',
      'twice',
    ],
    [
      'no weight at all',
      { defaultRouteAction: { weightedBackendServices: [{ backendService: WEB, weight: 0 }] } },
      'weightedBackendServices',
      'above 0',
    ],
    ['what is not carried out', { defaultService: WEB, tests: [{ host: 'a' }] }, 'resource.tests', 'does not do that'],
  ])('%s is refused', async (_, body, field, why) => {
    await expectRefusal(await lab(), ['POST', 'global/urlMaps', { name: 'um', ...body }], 400, 'invalid', field, why);
  });

  test('a service that is not there is refused with 404', async () => {
    const body = { name: 'um', defaultService: 'global/backendServices/gone' };
    await expectRefusal(
      await lab(),
      ['POST', 'global/urlMaps', body],
      404,
      'notFound',
      'backendServices/gone',
      'defaultService',
    );
  });

  test('validate says what is wrong and stores nothing', async () => {
    const cloud = await lab();
    await cloud.done('POST', 'global/urlMaps', { name: 'um', defaultService: WEB });
    const wrong = { resource: { name: 'um', defaultService: 'global/backendServices/gone' } };
    expect((await cloud.api('POST', 'global/urlMaps/um/validate', wrong)).body).toMatchObject({
      result: { loadSucceeded: false, loadErrors: [expect.stringContaining('gone')] },
    });
    expect((await cloud.api('GET', 'global/urlMaps/um')).body['defaultService']).toContain('/web');
  });
});
