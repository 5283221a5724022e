import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { mergePatch } from './document-collection.ts';
import { expectRefusal } from './refusal.fixture.ts';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer(), { maxLength: 2 }));
const document = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.oneof(leaf, fc.dictionary(fc.string(), leaf)),
);

describe('a patch', () => {
  test('of nothing changes nothing, and of the whole document makes it', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        expect(mergePatch(before, {})).toEqual(before);
        expect(mergePatch({}, after)).toEqual(after);
        expect(mergePatch(mergePatch(before, after), after)).toEqual(mergePatch(before, after));
      }),
    );
  });

  test('merges objects, replaces lists and takes away what is null', () => {
    const before = { a: { b: 1, c: 2 }, list: [1, 2], gone: 'x' };
    expect(mergePatch(before, { a: { b: 3 }, list: [3], gone: null })).toEqual({ a: { b: 3, c: 2 }, list: [3] });
  });
});

describe('changing a resource', () => {
  test('PATCH keeps what it does not name, PUT sets it back to its default', async () => {
    const lab = new TestCloud();
    const check = { name: 'hc', type: 'HTTP', checkIntervalSec: 20, httpHealthCheck: { port: 81, host: 'h' } };
    await lab.done('POST', 'global/healthChecks', check);
    await lab.done('PATCH', 'global/healthChecks/hc', { httpHealthCheck: { port: 82 } });
    const { body: patched } = await lab.api('GET', 'global/healthChecks/hc');
    expect(patched).toMatchObject({ checkIntervalSec: 20, httpHealthCheck: { port: 82, host: 'h', requestPath: '/' } });
    await lab.done('PUT', 'global/healthChecks/hc', { name: 'hc', type: 'TCP' });
    const { body: put } = await lab.api('GET', 'global/healthChecks/hc');
    expect(put).toMatchObject({ id: patched['id'], checkIntervalSec: 5, type: 'TCP', tcpHealthCheck: { port: 80 } });
    expect(put).not.toHaveProperty('httpHealthCheck');
  });

  test('a change that does not fit changes nothing', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP' });
    const { body: before } = await lab.api('GET', 'global/healthChecks/hc');
    await expectRefusal(
      lab,
      ['PATCH', 'global/healthChecks/hc', { timeoutSec: 60 }],
      400,
      'invalid',
      'timeoutSec',
      '60',
    );
    await expectRefusal(lab, ['PATCH', 'global/healthChecks/hc', { name: 'other' }], 400, 'invalid', "'other'", "'hc'");
    expect((await lab.api('GET', 'global/healthChecks/hc')).body).toEqual(before);
  });

  test.each([
    ['a path with a space', { requestPath: '/health check' }],
    ['a path beyond ASCII', { requestPath: '/gesund/\u2713' }],
    ['a host with a line break', { host: 'h\r\nx: y' }],
  ])('a health check that could never be asked is refused: %s', async (_, settings) => {
    const lab = new TestCloud();
    const [field = ''] = Object.keys(settings);
    const check = { name: 'hc', type: 'HTTP', httpHealthCheck: settings };
    await expectRefusal(lab, ['POST', 'global/healthChecks', check], 400, 'invalid', field, 'RFC 3986');
    await expectRefusal(lab, ['POST', 'global/httpHealthChecks', { name: 'hc', ...settings }], 400, 'invalid', field);
  });

  test('every change makes a new fingerprint, and the old one is refused', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/backendServices', { name: 'bs' });
    await lab.done('POST', 'global/urlMaps', { name: 'um', defaultService: 'global/backendServices/bs' });
    const seen = new Set<string>();
    for (const description of ['one', 'two', 'three']) {
      const { body } = await lab.api('GET', 'global/urlMaps/um');
      const fingerprint = String(body['fingerprint']);
      expect(seen.has(fingerprint)).toBe(false);
      seen.add(fingerprint);
      await lab.done('PATCH', 'global/urlMaps/um', { fingerprint, description });
      await expectRefusal(
        lab,
        ['PATCH', 'global/urlMaps/um', { fingerprint, description: 'x' }],
        412,
        'conditionNotMet',
      );
    }
    const whole = { name: 'um', defaultService: 'global/backendServices/bs' };
    await expectRefusal(
      lab,
      ['PUT', 'global/urlMaps/um', whole],
      412,
      'conditionNotMet',
      "'fingerprint' not specified",
    );
  });

  test('labels have a fingerprint of their own', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/addresses', { name: 'ip', labels: { app: 'one' } });
    const { body } = await lab.api('GET', 'global/addresses/ip');
    const labelFingerprint = String(body['labelFingerprint']);
    await lab.done('POST', 'global/addresses/ip/setLabels', { labels: { app: 'two' }, labelFingerprint });
    expect((await lab.api('GET', 'global/addresses/ip')).body['labels']).toEqual({ app: 'two' });
    const stale = { labels: {}, labelFingerprint };
    await expectRefusal(lab, ['POST', 'global/addresses/ip/setLabels', stale], 412, 'conditionNotMet');
    await expectRefusal(lab, ['POST', 'global/addresses/ip/setLabels', { labels: {} }], 412, 'conditionNotMet');
    const wrong = { labels: { 'App Name': 'x' } };
    await expectRefusal(lab, ['POST', 'global/addresses/ip/setLabels', wrong], 400, 'invalid', 'labels.App Name');
  });
});
