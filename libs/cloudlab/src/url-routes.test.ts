import { describe, expect, test } from 'vitest';
import { urlMapBody } from './url-map-schema.ts';
import { redirectTo, routeOf, routeTable, servicesIn } from './url-routes.ts';
import type { RouteTable } from './url-routes.ts';

const SERVICES = 'projects/p/global/backendServices';
const service = (name: string): string => `https://compute/compute/v1/${SERVICES}/${name}`;

function table(map: object): RouteTable {
  const body = urlMapBody.parse({ name: 'map', ...map });
  return routeTable({ kind: '', id: '1', creationTimestamp: '', selfLink: '', ...body }, 'p');
}

/** Name of the only service that a request goes to. */
function goes(routes: RouteTable, host: string, url: string): string | undefined {
  const route = routeOf(routes, host, url);
  return 'services' in route ? route.services[0]?.[0].replace(`${SERVICES}/`, '') : undefined;
}

const routes = table({
  defaultService: service('default'),
  hostRules: [
    { hosts: ['*.example.com', 'example.com'], pathMatcher: 'site' },
    { hosts: ['shop.example.com'], pathMatcher: 'shop' },
    { hosts: ['local:8080'], pathMatcher: 'shop' },
  ],
  pathMatchers: [
    {
      name: 'site',
      defaultService: service('site'),
      pathRules: [
        { paths: ['/images/*'], service: service('images') },
        { paths: ['/images/large/*', '/images'], service: service('large') },
      ],
    },
    { name: 'shop', defaultService: service('shop'), pathRules: [{ paths: ['/*'], service: service('all') }] },
  ],
});

describe('routeOf', () => {
  test.each([
    ['other.org', '/images/a', 'default'],
    ['example.com', '/', 'site'],
    ['www.EXAMPLE.com:8080', '/', 'site'],
    ['shop.example.com', '/x', 'all'],
    ['local:8080', '/x', 'all'],
    ['local', '/x', 'default'],
  ])('a request for %s %s goes to the longest host that matches: %s', (host, url, expected) => {
    expect(goes(routes, host, url)).toBe(expected);
  });

  test.each([
    ['/images/a.png?size=1', 'images'],
    ['/images/large/a', 'large'],
    ['/images', 'large'],
    ['/imagesx', 'site'],
    ['/images/', 'images'],
  ])('a request for %s goes to the longest path that matches: %s', (url, expected) => {
    expect(goes(routes, 'example.com', url)).toBe(expected);
  });

  test('weights stand with their services', () => {
    const weighted = table({
      defaultRouteAction: {
        weightedBackendServices: [
          { backendService: service('a'), weight: 95 },
          { backendService: service('b'), weight: 5 },
        ],
      },
    });
    expect(routeOf(weighted, 'x', '/')).toEqual({
      key: '',
      services: [
        [`${SERVICES}/a`, 95],
        [`${SERVICES}/b`, 5],
      ],
    });
    expect(servicesIn(weighted)).toEqual([`${SERVICES}/a`, `${SERVICES}/b`]);
    expect(servicesIn(routes)).toHaveLength(6);
  });
});

describe('redirectTo', () => {
  const redirected = (redirect: object, url: string, paths: readonly string[] = ['/old/*']) => {
    const map = table({
      defaultService: service('default'),
      hostRules: [{ hosts: ['*'], pathMatcher: 'm' }],
      pathMatchers: [{ name: 'm', defaultService: service('m'), pathRules: [{ paths, urlRedirect: redirect }] }],
    });
    const route = routeOf(map, 'h', url);
    if (!('redirect' in route)) throw new Error('no redirect');
    return redirectTo(route, { scheme: 'http', host: 'h:80', url });
  };

  test('to HTTPS keeps host, path and query', () => {
    expect(redirected({ httpsRedirect: true, redirectResponseCode: 'PERMANENT_REDIRECT' }, '/old/a?b=1')).toEqual({
      status: 308,
      location: 'https://h:80/old/a?b=1',
    });
  });

  test('a prefix takes the place of what matched, a path that of the whole', () => {
    expect(redirected({ prefixRedirect: '/new/' }, '/old/a?b')).toEqual({
      status: 301,
      location: 'http://h:80/new/a?b',
    });
    expect(redirected({ pathRedirect: '/x', stripQuery: true, hostRedirect: 'o' }, '/old/a?b')).toEqual({
      status: 301,
      location: 'http://o/x',
    });
  });
});
