import { expect, test } from 'vitest';
import { assembleHttp, assembleInternalHttp } from './http.ts';
import { assembleNetwork } from './network.ts';
import { assembleInternal, assembleTcpPassThrough } from './pass-through.ts';
import { assembleSslProxy, assembleTcpProxy } from './proxied.ts';
import { upsertLoadBalancerSchema } from './schema.ts';
import type { Assembly, Found } from './wanted.ts';

const nothing: Found = {
  project: 'p',
  existing: null,
  services: {},
  checks: {},
  address: null,
  network: null,
  subnetwork: null,
  certificate: null,
};
const parts = (assembly: Assembly, fields: object, found: Partial<Found> = {}) =>
  assembly(upsertLoadBalancerSchema.parse({ credentials: 'a', loadBalancerName: 'lb', ...fields }), {
    ...nothing,
    ...found,
  });
const names = (assembly: Assembly, fields: object, found: Partial<Found> = {}) =>
  parts(assembly, fields, found).map(({ place }) => `${place.region}/${place.collection}/${place.name}`);

test('every part comes after those that it names', () => {
  expect(names(assembleHttp, {})).toEqual([
    'global/healthChecks/lb-hc',
    'global/backendServices/lb-bs',
    'global/urlMaps/lb-url-map',
    'global/targetHttpProxies/lb-target-http-proxy',
    'global/forwardingRules/lb',
  ]);
  expect(names(assembleInternalHttp, { region: 'r', loadBalancerType: 'INTERNAL_MANAGED' })).toEqual([
    'r/healthChecks/lb-hc',
    'r/backendServices/lb-bs',
    'r/urlMaps/lb-url-map',
    'r/targetHttpProxies/lb-target-http-proxy',
    'r/forwardingRules/lb',
  ]);
  expect(names(assembleInternal, { region: 'r' })).toEqual([
    'r/healthChecks/lb-hc',
    'r/backendServices/lb-bs',
    'r/forwardingRules/lb',
  ]);
  expect(names(assembleTcpPassThrough, { region: 'r' })).toEqual(names(assembleInternal, { region: 'r' }));
  expect(names(assembleNetwork, { region: 'r', healthCheck: {} })).toEqual([
    'global/httpHealthChecks/lb-hc',
    'r/targetPools/lb-tp',
    'r/forwardingRules/lb',
  ]);
  expect(names(assembleTcpProxy, {})).toContain('global/targetTcpProxies/lb-target-tcp-proxy');
  expect(names(assembleSslProxy, {}, { certificate: 'c' })).toContain('global/targetSslProxies/lb-target-ssl-proxy');
});

test('a certificate makes it HTTPS on 443, unless another port is asked for', () => {
  const [proxy, rule] = parts(assembleHttp, {}, { certificate: 'projects/p/global/sslCertificates/c' }).slice(-2);
  expect(proxy).toMatchObject({
    place: { collection: 'targetHttpsProxies' },
    fields: { sslCertificates: ['projects/p/global/sslCertificates/c'] },
  });
  expect(rule?.initial).toMatchObject({ portRange: '443-443' });
});

test('host rules become matchers, and a service that is named twice is one', () => {
  const fields = {
    defaultService: { name: 'main' },
    hostRules: [
      {
        hostPatterns: ['a.org', 'b.org'],
        pathMatcher: {
          defaultService: { name: 'api', sessionAffinity: 'CLIENT_IP' },
          pathRules: [{ paths: ['/s/*'], backendService: { name: 'main' } }],
        },
      },
    ],
  };
  const all = parts(assembleHttp, fields);
  expect(all.filter(({ place }) => place.collection === 'backendServices').map(({ place }) => place.name)).toEqual([
    'main',
    'api',
  ]);
  expect(all.find(({ place }) => place.collection === 'urlMaps')?.fields).toEqual({
    defaultService: 'projects/p/global/backendServices/main',
    hostRules: [{ hosts: ['a.org', 'b.org'], pathMatcher: 'matcher-1' }],
    pathMatchers: [
      {
        name: 'matcher-1',
        defaultService: 'projects/p/global/backendServices/api',
        pathRules: [{ paths: ['/s/*'], service: 'projects/p/global/backendServices/main' }],
      },
    ],
  });
});

test('a service that exists and of which only the name is said is left as it is, its health check too', () => {
  const found = { services: { main: 'https://x/projects/p/global/healthChecks/own' } };
  const all = parts(assembleHttp, { defaultService: { name: 'main' } }, found);
  expect(all.map(({ place }) => place.collection)).not.toContain('healthChecks');
  expect(all[0]).toMatchObject({ place: { name: 'main' }, fields: {} });
});

test('a health check of another type begins anew on the port that it had', () => {
  const found = {
    services: { main: 'https://x/projects/p/global/healthChecks/own' },
    checks: { 'global/own': { type: 'TCP', port: 7000 } },
  };
  const asked = { defaultService: { name: 'main', healthCheck: { healthCheckType: 'HTTP', requestPath: '/up' } } };
  expect(parts(assembleHttp, asked, found)[0]).toMatchObject({
    place: { name: 'own' },
    fields: { type: 'HTTP', httpHealthCheck: { port: 7000, requestPath: '/up' }, tcpHealthCheck: undefined },
  });
});

test('a health check of the port that is served has one port only once one is asked for', () => {
  const found = {
    services: { main: 'https://x/projects/p/global/healthChecks/own' },
    checks: { 'global/own': { type: 'HTTP', port: null } },
  };
  const asked = { defaultService: { name: 'main', healthCheck: { port: 8080 } } };
  expect(parts(assembleHttp, asked, found)[0]?.fields).toStrictEqual({
    httpHealthCheck: { port: 8080, portSpecification: undefined, portName: undefined },
  });
});

test('another affinity of a target pool is another pool, as pools keep theirs', () => {
  const existing = {
    proxy: null,
    urlMap: null,
    service: null,
    pool: { name: 'lb-tp', sessionAffinity: 'NONE', check: 'https://x/projects/p/global/httpHealthChecks/c' },
  };
  const asked = { region: 'r', sessionAffinity: 'CLIENT_IP' };
  const [pool, rule] = parts(assembleNetwork, asked, { existing });
  expect(pool).toMatchObject({
    place: { name: 'lb-tp-ip' },
    fields: { healthChecks: ['projects/p/global/httpHealthChecks/c'] },
    initial: { sessionAffinity: 'CLIENT_IP' },
  });
  expect(rule?.fields).toMatchObject({ target: 'projects/p/regions/r/targetPools/lb-tp-ip' });
});
