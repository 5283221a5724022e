import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';
import { MIGS, GROUP, IMAGE, groupOf, namesOf } from './fleet.fixture.ts';

describe('instances by name', () => {
  test('created ones keep their names through recreation, abandoned ones live on by themselves', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    await lab.done('POST', `${GROUP}/createInstances`, { instances: [{ name: 'db-0' }, { name: 'db-1' }] });
    await lab.clock.advance(10_000);
    const members = await lab.managed('g');
    expect(namesOf(members)).toEqual(expect.arrayContaining(['db-0', 'db-1']));
    expect(await groupOf(lab)).toMatchObject({ targetSize: 3, status: { isStable: true } });
    const db = members.find((each) => each['name'] === 'db-0');
    await lab.done('POST', `${GROUP}/abandonInstances`, { instances: [db?.['instance']] });
    await lab.clock.advance(10_000);
    expect(namesOf(await lab.managed('g'))).not.toContain('db-0');
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2, status: { isStable: true } });
    const path = String(db?.['instance']).split('/projects/p/')[1] ?? '';
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'RUNNING', id: db?.['id'] });
    await lab.done('DELETE', path);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect(lab.runtime.running.size).toBe(2);
  });

  test('one that somebody else deletes or stops is made anew under its name', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.clock.advance(10_000);
    const before = await lab.managed('g');
    const path = String(before[0]?.['instance']).split('/projects/p/')[1] ?? '';
    for (const call of [
      ['DELETE', path],
      ['POST', `${path}/stop`],
    ] as const) {
      await lab.done(call[0], call[1]);
      await lab.clock.advance(10_000);
      expect(namesOf(await lab.managed('g'))).toEqual(namesOf(before));
      expect(await groupOf(lab)).toMatchObject({ targetSize: 2, status: { isStable: true } });
    }
  });

  test('a standing-alone instance is inserted, stopped, started, tagged and deleted with its disk', async () => {
    const lab = new TestCloud();
    const zone = 'zones/europe-west1-b';
    await lab.done('POST', `${zone}/instances`, {
      name: 'lone',
      machineType: `${zone}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
      tags: { items: ['web'] },
    });
    await lab.clock.advance(5000);
    const path = `${zone}/instances/lone`;
    const { body } = await lab.api('GET', path);
    expect(body).toMatchObject({ status: 'RUNNING', tags: { items: ['web'] } });
    expect((await lab.api('GET', `${zone}/disks/lone`)).body).toMatchObject({ users: [body['selfLink']] });
    expect((await lab.api('DELETE', `${zone}/disks/lone`)).body).toMatchObject({
      error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] },
    });
    await lab.done('POST', `${path}/stop`);
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'TERMINATED' });
    expect(lab.runtime.running.size).toBe(0);
    await lab.done('POST', `${path}/start`);
    await lab.clock.advance(5000);
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'RUNNING', id: body['id'] });
    await lab.done('POST', `${path}/setTags`, { items: ['db'], fingerprint: body['tags']?.['fingerprint'] });
    const stale = { items: [], fingerprint: body['tags']?.['fingerprint'] };
    expect((await lab.api('POST', `${path}/setTags`, stale)).status).toBe(412);
    for (const verb of ['setTags', 'setMetadata', 'setLabels'])
      await expectRefusal(lab, ['POST', `${path}/${verb}`, {}], 412, 'conditionNotMet', 'not specified');
    await lab.done('DELETE', path);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect((await lab.api('GET', `${zone}/disks/lone`)).status).toBe(404);
  });
});

test.each([
  ['a network', { network: 'global/networks/nope' }, 404, 'notFound'],
  ['a subnetwork', { subnetwork: 'regions/us-central1/subnetworks/nope' }, 404, 'notFound'],
  ['a subnetwork of another region', { subnetwork: 'regions/europe-west1/subnetworks/default' }, 400, 'invalid'],
  ['a reference that is none', { network: 'http://' }, 400, 'invalid'],
])('an instance in %s that is not there for it is refused, and leaves no disk', async (_, nic, status, reason) => {
  const lab = new TestCloud();
  const body = {
    name: 'lone',
    machineType: 'e2-micro',
    disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
    networkInterfaces: [nic],
  };
  await expectRefusal(lab, ['POST', 'zones/us-central1-a/instances', body], status, reason);
  expect(lab.cloud.lab.store.list('disks', 'projects/p/')).toEqual([]);
});

describe('orders to one instance that come together', () => {
  const zone = 'zones/europe-west1-b';
  const path = `${zone}/instances/lone`;

  async function lone(): Promise<TestCloud> {
    const lab = new TestCloud();
    await lab.done('POST', `${zone}/instances`, {
      name: 'lone',
      machineType: `${zone}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
    });
    await lab.clock.advance(5000);
    return lab;
  }

  test.each([
    ['delete', 'reset'],
    ['delete', 'delete'],
    ['stop', 'start'],
    ['stop', 'reset'],
    ['reset', 'stop'],
  ] as const)('while a %s is under way, a %s is refused and the first is carried out', async (first, second) => {
    const lab = await lone();
    const order = (verb: string): [method: string, path: string] =>
      verb === 'delete' ? ['DELETE', path] : ['POST', `${path}/${verb}`];
    expect((await lab.api(...order(first))).status).toBe(200);
    await expectRefusal(lab, order(second), 400, 'resourceNotReady', 'under way');
    await lab.clock.advance(30_000);
    const { status, body } = await lab.api('GET', path);
    expect([status, body['status']]).toEqual(
      first === 'delete' ? [404, undefined] : [200, first === 'stop' ? 'TERMINATED' : 'RUNNING'],
    );
  });

  test('a deletion waits for no other order and is the last word', async () => {
    const lab = await lone();
    await lab.api('POST', `${path}/reset`);
    await lab.done('DELETE', path);
    await lab.clock.advance(30_000);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect(lab.runtime.running.size).toBe(0);
  });

  test.each(['reset', 'stop'])('a %s of an instance that its group deletes before it is due fails', async (verb) => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.clock.advance(10_000);
    const [member] = await lab.managed('g');
    const own = String(member?.['instance']).split('/projects/p/')[1] ?? '';
    const { body: order } = await lab.api('POST', `${own}/${verb}`);
    await lab.api('POST', `${GROUP}/deleteInstances`, { instances: [member?.['instance']] });
    await lab.clock.advance(30_000);
    expect((await lab.call('GET', new URL(String(order['selfLink'])).pathname)).body).toMatchObject({
      error: { errors: [{ code: expect.stringMatching(/^RESOURCE_NOT_(READY|FOUND)$/) }] },
    });
    expect((await lab.api('GET', own)).status).toBe(404);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 1, status: { isStable: true } });
  });

  test('what its group deletes is not made anew because somebody orders that, and no other goes for it', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.clock.advance(10_000);
    const [going, staying] = await lab.managed('g');
    await lab.api('POST', `${GROUP}/deleteInstances`, { instances: [going?.['instance']] });
    await lab.api('POST', `${GROUP}/recreateInstances`, { instances: [going?.['instance']] });
    await lab.clock.advance(30_000);
    expect(await lab.managed('g')).toMatchObject([{ id: staying?.['id'] }]);
  });
});

describe('errors of instances', () => {
  test('a missing image shows in lastAttempt at once, and the instance boots when it is there', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/images', { name: 'i', rawDisk: { source: 'file:///staging/i' } });
    await lab.done('POST', 'global/instanceTemplates', {
      name: 't',
      properties: {
        machineType: 'e2-micro',
        disks: [{ boot: true, initializeParams: { sourceImage: 'projects/p/global/images/i' } }],
      },
    });
    await lab.done('DELETE', 'global/images/i');
    await lab.done('POST', MIGS, { name: 'g', instanceTemplate: 'global/instanceTemplates/t', targetSize: 1 });
    expect((await lab.managed('g'))[0]).toMatchObject({
      currentAction: 'CREATING',
      lastAttempt: {
        errors: { errors: [{ code: 'RESOURCE_NOT_FOUND', message: expect.stringContaining('images/i') }] },
      },
    });
    await lab.done('POST', 'global/images', { name: 'i', rawDisk: { source: 'file:///staging/i' } });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });

  test('a boot that fails shows with its code and words, and the next attempt succeeds', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', {
      kind: 'fail-boot',
      contains: 'debian-12-nodejs',
      code: 'BAD_IMAGE',
      message: 'The image does not boot.',
      count: 2,
    });
    await lab.group('g', 1);
    expect((await lab.managed('g'))[0]).toMatchObject({
      currentAction: 'CREATING',
      lastAttempt: { errors: { errors: [{ code: 'BAD_IMAGE', message: 'The image does not boot.' }] } },
    });
    expect((await lab.api('GET', `${GROUP}/listErrors`)).body['items']?.[0]).toMatchObject({
      error: { code: 'BAD_IMAGE' },
    });
    await lab.clock.advance(30_000);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });

  test('a single instance that there is no room for fails its insert or its start with the reason, and is not tried again', async () => {
    const lab = new TestCloud();
    const zone = 'zones/us-central1-a';
    const lone = {
      name: 'lone',
      machineType: `${zone}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
    };
    const full = { kind: 'stock-out', zone: 'us-central1-a' };
    await lab.call('POST', '/lab/v1/faults', full);
    expect(await lab.done('POST', `${zone}/instances`, lone)).toMatchObject({
      error: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: expect.stringContaining('us-central1-a') }] },
    });
    await lab.call('DELETE', '/lab/v1/faults');
    await lab.clock.advance(120_000);
    expect((await lab.api('GET', `${zone}/instances/lone`)).status).toBe(404);
    expect(lab.cloud.lab.store.list('disks', 'projects/p/')).toEqual([]);

    expect(await lab.done('POST', `${zone}/instances`, lone)).not.toHaveProperty('error');
    await lab.clock.advance(10_000);
    await lab.done('POST', `${zone}/instances/lone/stop`);
    await lab.call('POST', '/lab/v1/faults', full);
    expect(await lab.done('POST', `${zone}/instances/lone/start`)).toMatchObject({
      error: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED' }] },
    });
    expect((await lab.api('GET', `${zone}/instances/lone`)).body['status']).toBe('TERMINATED');
  });

  test('a zone without room is avoided by a group that may choose its zones', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', { kind: 'stock-out', zone: 'us-central1-a' });
    await lab.group('g', 4, {
      updatePolicy: { instanceRedistributionType: 'NONE' },
      distributionPolicy: { targetShape: 'ANY' },
    });
    await lab.clock.advance(60_000);
    const members = await lab.managed('g');
    expect(members).toHaveLength(4);
    expect(members.filter((each) => each['instance']?.includes('us-central1-a/'))).toEqual([]);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });
});

describe('whatever happens', () => {
  test('faults, time and changes in any order: at rest the group is as it should be, and nothing is left over', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('resize' as const), size: fc.integer({ min: 0, max: 6 }) }),
      fc.record({
        kind: fc.constantFrom('deleteInstances' as const, 'recreateInstances' as const, 'abandonInstances' as const),
        pick: fc.nat(20),
      }),
      fc.record({
        kind: fc.constantFrom('crash' as const, 'delete' as const, 'stop' as const, 'start' as const, 'reset' as const),
        pick: fc.nat(20),
      }),
      fc.record({ kind: fc.constant('create' as const), name: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ kind: fc.constant('update' as const), template: fc.constantFrom('g-t', 'next'), now: fc.boolean() }),
      fc.record({ kind: fc.constant('stock-out' as const), zone: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('slow-boot' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ kind: fc.constant('cloudlab restarts' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 10_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        let lab = new TestCloud();
        await lab.group('g', 3);
        await lab.template('next');
        for (const each of steps) {
          const members = await lab.managed('g');
          if (each.kind === 'resize') await lab.api('POST', `${GROUP}/resize?size=${each.size}`);
          else if (each.kind === 'wait') await lab.clock.advance(each.ms);
          else if (each.kind === 'create') {
            await lab.api('POST', `${GROUP}/createInstances`, { instances: [{ name: `named-${each.name}` }] });
          } else if (each.kind === 'update') {
            await lab.api('PATCH', GROUP, {
              versions: [{ instanceTemplate: `global/instanceTemplates/${each.template}` }],
              updatePolicy: { type: each.now ? 'PROACTIVE' : 'OPPORTUNISTIC', minimalAction: 'REPLACE' },
            });
          } else if (each.kind === 'stock-out') {
            await lab.call('POST', '/lab/v1/faults', { kind: 'stock-out', zone: `us-central1-${each.zone}` });
          } else if (each.kind === 'slow-boot') {
            await lab.call('POST', '/lab/v1/faults', { kind: 'slow-boot', ms: each.ms, count: 1 });
          } else if (each.kind === 'cloudlab restarts') {
            lab.cloud.lab.fleet.close();
            lab = new TestCloud({ saved: structuredClone(lab.saved.state), clock: lab.clock });
            await lab.cloud.start();
          } else if (each.kind.endsWith('Instances')) {
            const chosen = members[each.pick % Math.max(1, members.length)];
            if (chosen !== undefined)
              await lab.api('POST', `${GROUP}/${each.kind}`, { instances: [String(chosen['instance'])] });
          } else {
            // Of the group, or one that it let go.
            const all = lab.cloud.lab.store.list('instances', 'projects/p/');
            const [path = '', chosen] = all[each.pick % Math.max(1, all.length)] ?? [];
            const own = path.replace('projects/p/', '');
            if (chosen === undefined) continue;
            if (each.kind === 'crash') lab.runtime.crash(chosen.id);
            else if (each.kind === 'delete') await lab.api('DELETE', own);
            else await lab.api('POST', `${own}/${each.kind}`);
          }
        }
        const names = Object.keys(
          lab.cloud.lab.store.get('instanceGroupManagers', `projects/p/${GROUP}`)?.perInstanceConfigs ?? {},
        );
        await lab.call('DELETE', '/lab/v1/faults');
        await lab.clock.advance(600_000);
        const group = await groupOf(lab);
        const members = await lab.managed('g');
        expect(group).toMatchObject({ status: { isStable: true } });
        expect(members).toHaveLength(Number(group['targetSize']));
        expect(namesOf(members)).toEqual(expect.arrayContaining(names));
        if (group['updatePolicy']?.['type'] === 'PROACTIVE') {
          expect(group).toMatchObject({ status: { versionTarget: { isReached: true } } });
        }
        const zones = ['a', 'b', 'c'].map(
          (zone) => members.filter((each) => each['instance']?.includes(`us-central1-${zone}/`)).length,
        );
        if (names.length === 0) expect(Math.max(...zones) - Math.min(...zones)).toBeLessThanOrEqual(1);
        const { store } = lab.cloud.lab;
        const known = store.list('instances', 'projects/');
        // One that was abandoned while it was being stopped stands there stopped.
        const running = known.filter(([, { status }]) => status !== 'TERMINATED').map(([, { id }]) => id);
        expect([...lab.runtime.running.keys()].toSorted()).toEqual(running.toSorted());
        expect(store.list('disks', 'projects/')).toHaveLength(known.length);
        expect(lab.clock.waiting).toBe(0);
      }),
      { numRuns: 120 },
    );
  }, 30_000);
});
