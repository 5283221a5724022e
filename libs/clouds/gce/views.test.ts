import { expect, test } from 'vitest';
import { buildInfoOf } from './build-info.ts';
import { combinedHealth, instanceView } from './instances.ts';

const running = { name: 'a', status: 'RUNNING', zone: 'https://x/zones/us-central1-a' };
const managed = { name: 'a', instance: 'https://x/zones/us-central1-a/instances/a' };
const check = { name: 'hc', httpHealthCheck: { port: 8080, requestPath: '/' } };
const balancer = (healthState: string, annotations = {}) => ({
  loadBalancer: 'lb',
  check,
  states: [{ instance: 'x/a', healthState, annotations }],
});

test('a running instance without a load balancer is unknown, not up', () => {
  expect(instanceView(managed, running, [])).toMatchObject({ healthState: 'Unknown', zone: 'us-central1-a' });
});

test('the load balancer says whether it is up, and the reason says why not', () => {
  expect(instanceView(managed, running, [balancer('HEALTHY')])).toMatchObject({ healthState: 'Up' });
  expect(instanceView(managed, running, [balancer('UNHEALTHY', { reason: 'connection refused' })])).toMatchObject({
    healthState: 'Down',
    reason: { summary: 'health check on :8080/ fails: connection refused' },
  });
});

test('what Google could not make says its code', () => {
  const failed = {
    ...managed,
    currentAction: 'CREATING',
    lastAttempt: { errors: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: 'no more machines' }] } },
  };
  expect(instanceView(failed, null, [])).toMatchObject({
    healthState: 'Starting',
    reason: {
      summary: 'Google could not start it: no more machines',
      evidence: { code: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
    },
  });
});

test('several health sources make one', () => {
  expect(combinedHealth([])).toBe('Unknown');
  expect(combinedHealth(['Unknown', 'Up'])).toBe('Up');
  expect(combinedHealth(['Up', 'Down'])).toBe('Down');
  expect(combinedHealth(['Starting', 'Down'])).toBe('Starting');
});

test('provenance of an image', () => {
  expect(buildInfoOf('appversion: hello-1.0-h7.abc123/hello-build/7, build_host: http://ci/', {})).toEqual({
    package_name: 'hello',
    version: '1.0',
    commit: 'abc123',
    jenkins: { name: 'hello-build', number: '7', host: 'http://ci/' },
  });
  expect(buildInfoOf('just an image', null)).toBeUndefined();
});
