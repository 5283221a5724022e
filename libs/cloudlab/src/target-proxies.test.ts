import { beforeEach, describe, expect, test } from 'vitest';
import { CERTIFICATE, OTHER_KEY, PRIVATE_KEY } from './certificate.fixture.ts';
import { TestCloud } from './cloud.fixture.ts';
import { WEAK } from './named-certificates.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

let lab: TestCloud;

beforeEach(async () => {
  lab = new TestCloud();
  await lab.done('POST', 'global/backendServices', { name: 'web' });
  await lab.done('POST', 'global/backendServices', { name: 'stream', protocol: 'TCP' });
  await lab.done('POST', 'global/urlMaps', { name: 'um', defaultService: 'global/backendServices/web' });
});

describe('SSL certificates', () => {
  test('show names and end of the certificate, never the key', async () => {
    await lab.done('POST', 'global/sslCertificates', { name: 'c', certificate: CERTIFICATE, privateKey: PRIVATE_KEY });
    const { body } = await lab.api('GET', 'global/sslCertificates/c');
    expect(body).toMatchObject({
      type: 'SELF_MANAGED',
      subjectAlternativeNames: ['cloud.test', '*.cloud.test'],
      expireTime: expect.stringMatching(/^2056-/),
    });
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY');
    expect(JSON.stringify((await lab.api('GET', 'aggregated/sslCertificates')).body)).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['a text that is no certificate', { certificate: 'x', privateKey: PRIVATE_KEY }, 'resource.certificate'],
    ['a text that is no key', { certificate: CERTIFICATE, privateKey: 'x' }, 'resource.privateKey'],
    ['the key of another', { certificate: CERTIFICATE, privateKey: OTHER_KEY }, 'not the key of the certificate'],
    ['one whose key is too short', WEAK, 'ee key too small'],
    ['no key', { certificate: CERTIFICATE }, 'resource.privateKey'],
    ['one that would have to be obtained', { type: 'MANAGED' }, 'resource.type'],
  ])('%s is refused', async (_, body, word) => {
    await expectRefusal(lab, ['POST', 'global/sslCertificates', { name: 'c', ...body }], 400, 'invalid', word);
  });
});

describe('target proxies', () => {
  test.each([
    ['targetHttpProxies', {}, 'urlMap'],
    ['targetHttpProxies', { urlMap: 'global/backendServices/web' }, 'one of urlMaps'],
    ['targetHttpsProxies', { urlMap: 'global/urlMaps/um' }, 'sslCertificates'],
    [
      'targetHttpsProxies',
      { urlMap: 'global/urlMaps/um', sslCertificates: [], certificateMap: 'x' },
      'sslCertificates',
    ],
    ['targetTcpProxies', { service: 'global/backendServices/web' }, 'protocol is HTTP'],
    ['targetTcpProxies', { service: 'global/backendServices/stream', proxyHeader: 'V9' }, 'proxyHeader'],
    ['targetSslProxies', { service: 'global/backendServices/stream' }, 'sslCertificates'],
  ])('%s %j is refused', async (collection, body, word) => {
    await expectRefusal(lab, ['POST', `global/${collection}`, { name: 'x', ...body }], 400, 'invalid', word);
  });

  test('a global proxy has setUrlMap both with and without global in its path', async () => {
    await lab.done('POST', 'global/urlMaps', { name: 'two', defaultService: 'global/backendServices/web' });
    await lab.done('POST', 'global/targetHttpProxies', { name: 'x', urlMap: 'global/urlMaps/um' });
    await lab.done('POST', 'targetHttpProxies/x/setUrlMap', { urlMap: 'global/urlMaps/two' });
    expect((await lab.api('GET', 'global/targetHttpProxies/x')).body['urlMap']).toContain('/urlMaps/two');
    await lab.done('POST', 'global/targetHttpProxies/x/setUrlMap', { urlMap: 'global/urlMaps/um' });
    expect((await lab.api('GET', 'targetHttpProxies/x')).status).toBe(404);
  });
});
