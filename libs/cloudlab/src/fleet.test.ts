import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
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
    await lab.done('DELETE', path);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect((await lab.api('GET', `${zone}/disks/lone`)).status).toBe(404);
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
      fc.record({ kind: fc.constantFrom('crash' as const, 'delete' as const, 'stop' as const), pick: fc.nat(20) }),
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
          } else {
            const chosen = members[each.pick % Math.max(1, members.length)];
            const instance = String(chosen?.['instance'] ?? '');
            const path = instance.split('/projects/p/')[1] ?? '';
            if (chosen === undefined) continue;
            if (each.kind === 'crash') lab.runtime.crash(String(chosen['id']));
            else if (each.kind === 'delete') await lab.api('DELETE', path);
            else if (each.kind === 'stop') await lab.api('POST', `${path}/stop`);
            else await lab.api('POST', `${GROUP}/${each.kind}`, { instances: [instance] });
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
