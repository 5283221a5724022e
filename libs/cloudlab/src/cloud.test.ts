import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import type { Json } from './cloud.fixture.ts';

const MIGS = 'regions/us-central1/instanceGroupManagers';

describe('managed instance groups', () => {
  test('spread evenly over the first three zones, named after the group, all of the wanted size', async () => {
    const lab = new TestCloud();
    await lab.group('hello-v000', 7);
    await lab.clock.advance(10_000);
    const members = await lab.managed('hello-v000');
    expect(members).toHaveLength(7);
    const zones = members.map((each) => /zones\/([^/]+)/.exec(each['instance'] ?? '')?.[1]);
    expect(new Set(zones)).toEqual(new Set(['us-central1-a', 'us-central1-b', 'us-central1-c']));
    for (const each of members) {
      expect(each['name']).toMatch(/^hello-v000-[a-z0-9]{4}$/);
      expect(each).toMatchObject({ instanceStatus: 'RUNNING', currentAction: 'NONE' });
    }
    const { body } = await lab.api('GET', `${MIGS}/hello-v000`);
    expect(body).toMatchObject({ status: { isStable: true }, currentActions: { none: 7, creating: 0 } });
    const addresses = [...lab.runtime.running.values()].map(({ request }) => request.address);
    expect(new Set(addresses).size).toBe(7);
    expect(addresses.every((each) => /^127\.99\.[123]\.\d+$/.test(each))).toBe(true);
  });

  test('whatever is done to a group, at rest it has its size and an even spread', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('resize' as const), size: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ kind: fc.constant('deleteInstances' as const), pick: fc.nat(20) }),
      fc.record({ kind: fc.constant('recreateInstances' as const), pick: fc.nat(20) }),
      fc.record({ kind: fc.constant('crash' as const), pick: fc.nat(20) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const lab = new TestCloud();
        await lab.group('g', 3);
        for (const each of steps) {
          const members = await lab.managed('g');
          const path = `${MIGS}/g/${each.kind}`;
          if (each.kind === 'resize') await lab.api('POST', `${path}?size=${each.size}`);
          else if (each.kind === 'wait') await lab.clock.advance(each.ms);
          else {
            const chosen = members[each.pick % Math.max(1, members.length)];
            if (chosen === undefined) continue;
            if (each.kind === 'crash') lab.runtime.crash(chosen['id'] ?? '');
            else await lab.api('POST', path, { instances: [chosen['instance']] });
          }
        }
        await lab.clock.advance(300_000);
        const { body } = await lab.api('GET', `${MIGS}/g`);
        const members = await lab.managed('g');
        expect(members).toHaveLength(Number(body['targetSize']));
        expect(lab.runtime.running.size).toBe(members.length);
        const counts = ['a', 'b', 'c'].map(
          (z) => members.filter((m) => m['instance']?.includes(`us-central1-${z}/`)).length,
        );
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(body).toMatchObject({ status: { isStable: true } });
      }),
      { numRuns: 40 },
    );
  });

  test('a crashed instance starts again, and its error is shown until it ran for a minute', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    await lab.clock.advance(5000);
    const [before] = await lab.managed('g');
    lab.runtime.crash(before?.['id'] ?? '');
    await lab.clock.advance(100);
    expect((await lab.managed('g'))[0]).toMatchObject({ currentAction: 'RESTARTING', instanceStatus: 'REPAIRING' });
    await lab.clock.advance(5000);
    const [after] = await lab.managed('g');
    expect(after).toMatchObject({
      id: before?.['id'],
      currentAction: 'NONE',
      lastAttempt: { errors: { errors: [{ code: 'INSTANCE_CRASHED', message: expect.stringContaining('SIGKILL') }] } },
    });
    const { body } = await lab.api('GET', `${MIGS}/g/listErrors`);
    expect(body['items']?.[0]).toMatchObject({ error: { code: 'INSTANCE_CRASHED' } });
    await lab.clock.advance(61_000);
    expect((await lab.managed('g'))[0]).not.toHaveProperty('lastAttempt');
  });

  test('a stock-out shows in lastAttempt and listErrors, and the group fills up when it is over', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', { kind: 'stock-out', zone: 'us-central1-b' });
    await lab.group('g', 3);
    await lab.clock.advance(10_000);
    const stuck = (await lab.managed('g')).filter((each) => each['currentAction'] === 'CREATING');
    expect(stuck).toHaveLength(1);
    expect(stuck[0]).toMatchObject({ lastAttempt: { errors: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED' }] } } });
    await lab.call('DELETE', '/lab/v1/faults');
    await lab.clock.advance(61_000);
    expect((await lab.api('GET', `${MIGS}/g`)).body).toMatchObject({ status: { isStable: true } });
  });

  test('autohealing recreates what its health check finds unhealthy', async () => {
    const sick = new Set<string>();
    const lab = new TestCloud({ healthy: (address) => !sick.has(address) });
    await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP', tcpHealthCheck: { port: 8080 } });
    await lab.group('g', 2, { autoHealingPolicies: [{ healthCheck: 'global/healthChecks/hc', initialDelaySec: 5 }] });
    await lab.clock.advance(60_000);
    const before = [...lab.runtime.running.values()].map(({ request }) => request);
    sick.add(before[0]?.address ?? '');
    await lab.clock.advance(12_000);
    sick.clear();
    await lab.clock.advance(60_000);
    const after = [...lab.runtime.running.values()].map(({ request }) => request);
    expect(after.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
    expect(after.map(({ id }) => id)).not.toContain(before[0]?.id);
    expect((await lab.api('GET', `${MIGS}/g/listErrors`)).body['items']?.[0]).toMatchObject({
      error: { code: 'UNHEALTHY' },
    });
  });

  test('deleting: refused while a backend service uses it, done only when the last instance is gone', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.balance('g');
    const refused = await lab.api('DELETE', `${MIGS}/g`);
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] } },
    });
    const template = await lab.api('DELETE', 'global/instanceTemplates/g-t');
    expect(template).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('already being used by') } },
    });
    await lab.done('PATCH', 'regions/us-central1/backendServices/bs', { backends: [] });
    const operation = await lab.done('DELETE', `${MIGS}/g`);
    expect(operation).not.toHaveProperty('error');
    expect(lab.runtime.running.size).toBe(0);
    expect((await lab.api('GET', `${MIGS}/g`)).status).toBe(404);
    expect((await lab.done('DELETE', 'global/instanceTemplates/g-t'))['status']).toBe('DONE');
  });
});

describe('load balancing', () => {
  test('new connections go to healthy running instances only, and none to a removed or scaled-down backend', async () => {
    const sick = new Set<string>();
    const lab = new TestCloud({ healthy: (address) => !sick.has(address) });
    await lab.group('g', 3);
    await lab.balance('g');
    const accepting = (): string[] =>
      lab.listeners
        .flatMap(({ services }) => services.flatMap(({ groups }) => groups))
        .flatMap(({ targets }) => targets.filter((t) => t.accepts).map((t) => t.address));
    await lab.clock.advance(30_000);
    expect(accepting()).toHaveLength(3);
    const victim = accepting()[0] ?? '';
    sick.add(victim);
    await lab.clock.advance(30_000);
    expect(accepting()).not.toContain(victim);
    const group = 'regions/us-central1/instanceGroups/g';
    const health = await lab.api('POST', 'regions/us-central1/backendServices/bs/getHealth', { group });
    expect(health.body['healthStatus']).toContainEqual(
      expect.objectContaining({
        ipAddress: victim,
        healthState: 'UNHEALTHY',
        annotations: { reason: expect.stringContaining('Nothing answers') },
      }),
    );
    const { body: service } = await lab.api('GET', 'regions/us-central1/backendServices/bs');
    await lab.done('PUT', 'regions/us-central1/backendServices/bs', {
      ...(service as unknown as Record<string, unknown>),
      backends: [{ group, capacityScaler: 0 }],
    });
    expect(accepting()).toEqual([]);
    expect(lab.listeners[0]?.services[0]?.groups[0]?.targets).toHaveLength(3);
    const { body: scaled } = await lab.api('GET', 'regions/us-central1/backendServices/bs');
    const cleared = { ...(scaled as unknown as Record<string, unknown>), backends: undefined };
    await lab.done('PUT', 'regions/us-central1/backendServices/bs', cleared);
    expect(lab.listeners[0]?.services[0]?.groups).toEqual([]);
  });

  test('target pools: instances come and go by name', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.clock.advance(10_000);
    const [one, two] = (await lab.managed('g')).map((each) => each['instance'] ?? '');
    await lab.done('POST', 'global/httpHealthChecks', { name: 'old', port: 8080 });
    await lab.done('POST', 'regions/us-central1/targetPools', {
      name: 'tp',
      healthChecks: ['global/httpHealthChecks/old'],
      instances: [one],
    });
    await lab.done('POST', 'regions/us-central1/forwardingRules', {
      name: 'fr',
      portRange: '80',
      target: 'regions/us-central1/targetPools/tp',
    });
    await lab.done('POST', 'regions/us-central1/targetPools/tp/addInstance', { instances: [{ instance: two }] });
    await lab.clock.advance(30_000);
    expect(lab.listeners[0]?.services[0]?.groups[0]?.targets.map(({ accepts, port }) => ({ accepts, port }))).toEqual([
      { accepts: true, port: 80 },
      { accepts: true, port: 80 },
    ]);
    const health = await lab.api('POST', 'regions/us-central1/targetPools/tp/getHealth', { instance: one });
    expect(health.body['healthStatus']?.[0]).toMatchObject({ healthState: 'HEALTHY' });
    await lab.done('POST', 'regions/us-central1/targetPools/tp/removeInstance', { instances: [{ instance: one }] });
    expect(lab.listeners[0]?.services[0]?.groups[0]?.targets).toHaveLength(1);
    expect((await lab.api('DELETE', 'global/httpHealthChecks/old')).status).toBe(400);
  });
});

describe('requests', () => {
  test('the same requestId starts one operation only', async () => {
    const lab = new TestCloud();
    const body = { name: 'hc', type: 'TCP', tcpHealthCheck: { port: 1 } };
    const first = await lab.api('POST', 'global/healthChecks?requestId=5f0c1f4e-8a44-4a2b-9d0e-0c8f6f0a7f0d', body);
    const again = await lab.api('POST', 'global/healthChecks?requestId=5f0c1f4e-8a44-4a2b-9d0e-0c8f6f0a7f0d', body);
    expect(again.status).toBe(200);
    expect(again.body['name']).toBe(first.body['name']);
    const other = await lab.api('POST', 'global/healthChecks?requestId=5f0c1f4e-8a44-4a2b-9d0e-0c8f6f0a7f0e', body);
    expect(other).toMatchObject({
      status: 409,
      body: { error: { errors: [{ reason: 'alreadyExists' }] } },
    });
  });

  test('a stale fingerprint is refused with 412, and so is an absent one on update', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/backendServices', { name: 'bs' });
    const { body } = await lab.api('GET', 'global/backendServices/bs');
    const service = body as unknown as Record<string, unknown>;
    await lab.done('PUT', 'global/backendServices/bs', { ...service, timeoutSec: 7 });
    expect(await lab.api('PUT', 'global/backendServices/bs', { ...service, timeoutSec: 8 })).toMatchObject({
      status: 412,
      body: { error: { errors: [{ reason: 'conditionNotMet' }] } },
    });
    expect((await lab.api('PUT', 'global/backendServices/bs', { name: 'bs' })).status).toBe(412);
    expect((await lab.api('PATCH', 'global/backendServices/bs', { fingerprint: 'x' })).status).toBe(412);
  });

  test('pages of any list hold every item exactly once, in order', async () => {
    const lab = new TestCloud();
    await lab.group('g', 4);
    await lab.balance('g');
    const config = (name: string) => ({ name, preservedState: { metadata: { a: name } } });
    await lab.done('POST', `${MIGS}/g/createInstances`, { instances: ['z', 'b', 'm'].map((name) => ({ name })) });
    await lab.done('POST', `${MIGS}/g/updatePerInstanceConfigs`, { perInstanceConfigs: ['z', 'b'].map(config) });
    for (const id of [7, 3, 5, 1]) await lab.done('POST', 'global/healthChecks', { name: `c${id}`, type: 'TCP' });
    await lab.clock.advance(30_000);
    const lists = [
      ...['machineTypes', 'operations', 'instances', 'healthChecks', 'disks', 'subnetworks'].map(
        (name) => ['GET', `aggregated/${name}`] as const,
      ),
      ...['zones', 'regions', 'zones/us-central1-a/machineTypes', 'global/healthChecks', 'global/operations'].map(
        (path) => ['GET', path] as const,
      ),
      ['GET', 'global/healthChecks', '&orderBy=creationTimestamp%20desc'] as const,
      ['POST', `${MIGS}/g/listManagedInstances`] as const,
      ['POST', `${MIGS}/g/listPerInstanceConfigs`] as const,
      ['POST', 'regions/us-central1/instanceGroups/g/listInstances'] as const,
    ];
    const itemsOf = (body: Json): unknown[] => {
      const items = body['items'] ?? body['managedInstances'];
      return Array.isArray(items) ? items : Object.values(items ?? {}).flatMap((each) => Object.values(each).flat());
    };
    const isItem = (each: unknown): boolean => !(typeof each === 'object' && each !== null && 'code' in each);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lists),
        fc.integer({ min: 1, max: 40 }),
        async ([method, path, order = ''], size) => {
          const all = itemsOf((await lab.api(method, `${path}?${order}`)).body).filter(isItem);
          expect(all.length).toBeGreaterThan(1);
          const seen: unknown[] = [];
          for (let token = ''; ;) {
            const { body } = await lab.api(method, `${path}?maxResults=${size}&pageToken=${token}${order}`);
            const page = itemsOf(body).filter(isItem);
            expect(page.length).toBeLessThanOrEqual(size);
            seen.push(...page);
            if (body['nextPageToken'] === undefined) break;
            token = body['nextPageToken'];
          }
          expect(seen.length).toBe(all.length);
          expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
            new Set(all.map((each) => JSON.stringify(each))),
          );
          if (!path.startsWith('aggregated/')) expect(seen).toEqual(all);
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    ['GET', 'global/images/nope', undefined, 404, 'notFound'],
    ['GET', 'zones/mars-a/instances', undefined, 404, 'notFound'],
    ['GET', 'global/images?filter=name', undefined, 400, 'invalid'],
    ['POST', 'global/images', { name: 'Bad' }, 400, 'invalid'],
    ['POST', 'global/images', { name: 'ok' }, 400, 'invalid'],
    ['POST', MIGS, { name: 'g', targetSize: -1, instanceTemplate: 'global/instanceTemplates/t' }, 400, 'invalid'],
    ['POST', MIGS, { name: 'g', instanceTemplate: 'global/instanceTemplates/t' }, 404, 'notFound'],
    ['POST', 'global/instanceTemplates', { name: 't', properties: { machineType: 'z9', disks: [{}] } }, 400, 'invalid'],
    ['POST', 'regions/us-central1/forwardingRules', { name: 'fr', portRange: '80' }, 400, 'invalid'],
    ['PUT', 'global/images/debian-12-nodejs-v1', {}, 501, 'notImplemented'],
  ])('%s %s %j is answered with %i %s', async (method, path, body, status, reason) => {
    const lab = new TestCloud();
    expect(await lab.api(method, path, body)).toMatchObject({
      status,
      body: { error: { code: status, errors: [{ reason }] } },
    });
  });

  test('ordered faults: a request, an operation that changes nothing, its latency', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', { kind: 'fail-request', status: 403, reason: 'rateLimitExceeded' });
    expect((await lab.api('GET', 'zones')).status).toBe(403);
    expect((await lab.api('GET', 'zones')).status).toBe(200);
    await lab.call('POST', '/lab/v1/faults', {
      kind: 'fail-operation',
      operationType: 'insert',
      code: 'QUOTA_EXCEEDED',
      message: 'no more',
    });
    const failed = await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP' });
    expect(failed).toMatchObject({ error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'no more' }] } });
    expect((await lab.api('GET', 'global/healthChecks/hc')).status).toBe(404);
    await lab.call('POST', '/lab/v1/faults', { kind: 'operation-latency', ms: 60_000 });
    const { body: slow } = await lab.api('POST', 'global/healthChecks', { name: 'hc', type: 'TCP' });
    await lab.clock.advance(59_000);
    expect((await lab.api('GET', `global/operations/${slow['name'] ?? ''}`)).body['status']).toBe('RUNNING');
    const waiting = lab.api('POST', `global/operations/${slow['name'] ?? ''}/wait`);
    await lab.clock.advance(2000);
    expect((await waiting).body['status']).toBe('DONE');
  });
});

describe('restart', () => {
  test('instances boot again under their names and addresses, and operations in flight finish', async () => {
    const before = new TestCloud();
    await before.group('g', 3);
    await before.balance('g');
    await before.clock.advance(30_000);
    const addresses = [...before.runtime.running.values()]
      .map(({ request }) => `${request.name} ${request.address}`)
      .sort();
    const { body: operation } = await before.api('DELETE', `regions/us-central1/forwardingRules/fr`);
    const after = new TestCloud({ saved: structuredClone(before.saved.state), clock: before.clock });
    await after.cloud.start();
    await after.clock.advance(30_000);
    expect(
      [...after.runtime.running.values()].map(({ request }) => `${request.name} ${request.address}`).sort(),
    ).toEqual(addresses);
    const path = `regions/us-central1/operations/${operation['name'] ?? ''}`;
    expect((await after.api('GET', path)).body['status']).toBe('DONE');
    expect((await after.api('GET', `${MIGS}/g`)).body).toMatchObject({ status: { isStable: true } });
  });

  test('a group that was being deleted is deleted', async () => {
    const before = new TestCloud();
    await before.group('g', 2);
    await before.clock.advance(10_000);
    await before.api('DELETE', `${MIGS}/g`);
    const after = new TestCloud({ saved: structuredClone(before.saved.state), clock: before.clock });
    await after.cloud.start();
    await after.clock.advance(30_000);
    expect((await after.api('GET', `${MIGS}/g`)).status).toBe(404);
  });
});

describe('images and metadata', () => {
  test('an image is READY when its operation is done; a failed one leaves its name free', async () => {
    const lab = new TestCloud();
    const { body: operation } = await lab.api('POST', 'global/images', {
      name: 'i',
      family: 'f',
      rawDisk: { source: 'file:///staging/x' },
    });
    expect((await lab.api('GET', 'global/images/i')).body['status']).toBe('PENDING');
    expect((await lab.api('GET', 'global/images/family/f')).status).toBe(404);
    await lab.clock.advance(1000);
    expect((await lab.api('GET', `global/operations/${operation['name'] ?? ''}`)).body['status']).toBe('DONE');
    expect((await lab.api('GET', 'global/images/family/f')).body).toMatchObject({ name: 'i', status: 'READY' });
    expect((await lab.api('GET', 'global/images?filter=family%20eq%20f')).body['items']).toHaveLength(1);
    const failed = await lab.done('POST', 'global/images', { name: 'j', rawDisk: { source: 'gs://bucket/x' } });
    expect(failed).toMatchObject({ error: { errors: [{ code: 'INVALID_FIELD_VALUE' }] } });
    expect((await lab.api('GET', 'global/images/j')).status).toBe(404);
  });

  test.each(['99999', '0', '-1', 'http'])(
    'a port that is none, %s, in the metadata leaves the usual one',
    async (port) => {
      const lab = new TestCloud();
      await lab.template('g-t', [{ key: 'port', value: port }]);
      await lab.done('POST', MIGS, { name: 'g', instanceTemplate: 'global/instanceTemplates/g-t', targetSize: 1 });
      await lab.clock.advance(10_000);
      const [instance] = [...lab.runtime.running.values()];
      expect(instance?.request.environment['PORT']).toBe('8080');
    },
  );

  test('an instance finds its attributes and whether traffic may come', async () => {
    const lab = new TestCloud();
    await lab.template('g-t', [
      { key: 'greeting', value: 'hi' },
      { key: 'port', value: '9000' },
    ]);
    await lab.done('POST', MIGS, { name: 'g', instanceTemplate: 'global/instanceTemplates/g-t', targetSize: 1 });
    await lab.balance('g');
    await lab.done('PATCH', 'global/healthChecks/hc', { httpHealthCheck: { port: 9000 } });
    await lab.clock.advance(30_000);
    const [instance] = [...lab.runtime.running.values()];
    expect(instance?.request.environment).toMatchObject({ PORT: '9000', ZONE: 'us-central1-a' });
    const url = new URL(instance?.request.environment['METADATA_URL'] ?? '').pathname;
    expect((await lab.call('GET', `${url}/instance/attributes/greeting`)).body).toBe('hi');
    expect((await lab.call('GET', `${url}/instance/lab/traffic`)).body).toBe('SERVING');
    const change = lab.call('GET', `${url}/instance/lab/traffic?wait_for_change=true&last_value=SERVING`);
    await lab.done('PATCH', 'regions/us-central1/backendServices/bs', { backends: [] });
    await lab.clock.advance(1000);
    expect((await change).body).toBe('DRAINING');
  });
});
