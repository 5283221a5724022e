import { type ServerGroup, serverGroupSchema } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { expect, test } from 'vitest';
import { explainHealth } from './explain-health.ts';

/** A server group of one instance that its load balancer finds ill. */
function ill(check: object, more: object = {}, platform = 'Unknown'): ServerGroup {
  return serverGroupSchema.parse({
    name: 'hello-v003',
    account: 'a',
    region: 'r',
    cluster: 'hello',
    application: 'hello',
    cloudProvider: 'gce',
    type: 'gce',
    createdTime: 1,
    isDisabled: false,
    moniker: { app: 'hello', cluster: 'hello', sequence: 3 },
    capacity: { min: 1, max: 1, desired: 1 },
    instanceCounts: { total: 1, up: 0, down: 1, starting: 0, outOfService: 0, unknown: 0 },
    loadBalancers: ['hello-lb'],
    seenAt: 0,
    instances: [
      {
        id: 'hello-v003-x1',
        name: 'hello-v003-x1',
        healthState: 'Down',
        ips: ['10.0.0.7'],
        health: [
          { type: 'Google', healthClass: 'platform', state: platform },
          {
            type: 'LoadBalancer',
            state: 'Down',
            loadBalancers: [{ loadBalancerName: 'hello-lb', state: 'OutOfService', healthCheck: check }],
          },
        ],
      },
    ],
    ...more,
  });
}

/** An instance that answers as said by `port path`; other ports refuse. `allowed`: ports that may be asked from here. */
function answering(answers: Record<string, number>, allowed: readonly number[] = [80, 8080, 9000]): Ports['http'] {
  return async ({ url }) => {
    const { port, pathname } = new URL(url);
    const number = Number(port || 80);
    if (!allowed.includes(number)) throw new ServiceError(403, 'not called');
    const served = Object.keys(answers).some((key) => key.startsWith(`${number} `));
    if (!served) throw new ServiceError(502, 'connect ECONNREFUSED');
    return { status: answers[`${number} ${pathname}`] ?? 404, headers: {}, body: '', bytes: new Uint8Array() };
  };
}

const http = { type: 'HTTP', port: 80, path: '/health' };
const look = async (group: ServerGroup, asked: Ports['http'], log = '') => {
  const [found] = await explainHealth({ http: asked, console: async () => log }, group);
  return found;
};

test('an instance that answers where the health check asks, but not with 200, is told with its status', async () => {
  const check = { ...http, port: 8080 };
  expect(await look(ill(check), answering({ '8080 /health': 503 }))).toMatchObject({
    instance: 'hello-v003-x1',
    says: 'answers /health on port 8080 with 503',
    answers: expect.arrayContaining([{ port: 8080, path: '/health', status: 503 }]),
    asks: check,
  });
});

test('the commonest error of newcomers has a name: it answers elsewhere than where the health check asks', async () => {
  expect(await look(ill(http), answering({ '8080 /': 200 }))).toMatchObject({
    says: 'answers on 8080 /, the health check asks 80 /health',
    misplaced: true,
  });
  expect(await look(ill({ ...http, port: 8080 }), answering({ '8080 /': 200 }))).toMatchObject({
    says: 'answers /health on port 8080 with 404; it answers on 8080 /',
    misplaced: true,
  });
  expect(await look(ill(http, { namedPorts: { http: 9000 } }), answering({ '9000 /health': 200 }))).toMatchObject({
    says: 'answers on 9000 /health, the health check asks 80 /health',
  });
});

test('where it may not be asked from here, what it was told is compared, and nothing is made up', async () => {
  const told = ill(http, { 'load-balancer-port': '8080' });
  expect(await look(told, answering({}, []))).toMatchObject({
    says: 'was told to serve on port 8080, the health check asks 80 /health',
    misplaced: true,
  });
  const found = await look(ill(http), answering({}, []));
  expect(found).toEqual({ instance: 'hello-v003-x1', asks: http });
});

test('one that does not answer is told with the last lines of its console', async () => {
  const group = ill({ ...http, port: 8080 });
  expect(await look(group, answering({}), 'one\ntwo\n\nthree\nError: no database\n')).toMatchObject({
    says: 'does not answer on port 8080 (the connection is refused)',
    console: ['two', 'three', 'Error: no database'],
  });
});

test('a machine that does not run is not asked', async () => {
  const asked: string[] = [];
  const spy: Ports['http'] = async ({ url }) => {
    asked.push(url);
    throw new ServiceError(502, 'connect ECONNREFUSED');
  };
  expect(await look(ill(http, {}, 'Down'), spy, 'kernel panic')).toMatchObject({ console: ['kernel panic'] });
  expect(asked).toEqual([]);
});

test('good answers that the health check has not counted point to time or a firewall', async () => {
  const found = await look(ill({ ...http, port: 8080 }), answering({ '8080 /health': 200 }));
  expect(found?.says).toContain('a firewall keeps it away');
});
