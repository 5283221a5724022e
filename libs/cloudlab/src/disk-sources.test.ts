import { beforeEach, describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const ZONE = 'zones/us-central1-a';
const BOOT = { boot: true, initializeParams: { sourceImage: 'projects/p/global/images/family/debian-12-nodejs' } };
const DEBIAN = 'projects/p/global/images/debian-12-nodejs-v1';

let lab: TestCloud;
beforeEach(async () => {
  lab = new TestCloud();
  await lab.done('POST', `${ZONE}/disks`, { name: 'data', sizeGb: '20' });
});

const disk = (name: string) => lab.cloud.lab.store.get('disks', `projects/p/${ZONE}/disks/${name}`);
const content = (name: string) => lab.runtime.disks.get(disk(name)?.id ?? '');
/** As if a program had written to the disk. */
const write = (text: string, name = 'data') => lab.runtime.disks.set(disk(name)?.id ?? '', text);
const get = async (path: string) => (await lab.api('GET', path)).body;
const vm = (name: string, ...data: object[]) => ({
  name,
  machineType: 'e2-micro',
  disks: [BOOT, ...data],
});

describe('a disk of an image', () => {
  test('has what the image holds, and its size unless it asks for more', async () => {
    await lab.done('POST', `${ZONE}/disks`, { name: 'own', sourceImage: BOOT.initializeParams.sourceImage });
    expect(await get(`${ZONE}/disks/own`)).toMatchObject({
      status: 'READY',
      sizeGb: '1',
      sourceImage: expect.stringContaining(DEBIAN),
      sourceImageId: (await get('global/images/debian-12-nodejs-v1'))['id'],
    });
    expect(await get(`${ZONE}/disks/own`)).not.toHaveProperty('contents');
    expect(content('own')).toMatch(/^sha256:/);
    await lab.done('POST', `${ZONE}/disks`, { name: 'large', sizeGb: 50, sourceImage: DEBIAN });
    expect(await get(`${ZONE}/disks/large`)).toMatchObject({ sizeGb: '50' });
  });

  test('is CREATING until its content is there, and nothing can be done with it before', async () => {
    await lab.done('POST', `${ZONE}/instances`, vm('vm'));
    await lab.clock.advance(10_000);
    expect((await lab.api('POST', `${ZONE}/disks`, { name: 'own', sourceImage: DEBIAN })).status).toBe(200);
    expect(await get(`${ZONE}/disks/own`)).toMatchObject({ status: 'CREATING' });
    const attach = { source: `${ZONE}/disks/own` };
    for (const request of [
      ['POST', `${ZONE}/instances/vm/attachDisk`, attach],
      ['POST', `${ZONE}/disks/own/createSnapshot`, { name: 's' }],
      ['DELETE', `${ZONE}/disks/own`],
    ] as const)
      await expectRefusal(lab, request, 400, 'resourceNotReady', 'it is CREATING');
    await lab.clock.advance(1000);
    await lab.done('POST', `${ZONE}/instances/vm/attachDisk`, attach);
  });
});

describe('a snapshot', () => {
  test('keeps what was on a disk at that moment, also when the disk goes', async () => {
    write('first');
    const { operationType, targetLink } = await lab.done('POST', `${ZONE}/disks/data/createSnapshot`, {
      name: 'before',
      labels: { app: 'shop' },
    });
    expect([operationType, targetLink]).toEqual(['createSnapshot', expect.stringContaining('/disks/data')]);
    write('second');
    expect(await get('global/snapshots/before')).toMatchObject({
      status: 'READY',
      diskSizeGb: '20',
      storageBytes: '5',
      labels: { app: 'shop' },
      sourceDisk: expect.stringContaining(`${ZONE}/disks/data`),
      sourceDiskId: disk('data')?.id,
    });
    await lab.done('DELETE', `${ZONE}/disks/data`);
    await lab.done('POST', 'zones/us-central1-b/disks', { name: 'again', sourceSnapshot: 'global/snapshots/before' });
    const again = lab.cloud.lab.store.get('disks', 'projects/p/zones/us-central1-b/disks/again');
    expect(again).toMatchObject({ sizeGb: '20', sourceSnapshot: expect.stringContaining('/snapshots/before') });
    expect(lab.runtime.disks.get(again?.id ?? '')).toBe('first');
    expect((await get('global/snapshots'))['items']?.map(({ name }) => name)).toEqual(['before']);
    await lab.done('DELETE', 'global/snapshots/before');
    expect(lab.runtime.snapshots.size).toBe(0);
    expect(lab.runtime.disks.get(again?.id ?? '')).toBe('first');
  });

  test('holds its disk and is not ready while it is made; one whose disk is being made of it stays', async () => {
    expect((await lab.api('POST', 'global/snapshots', { name: 's', sourceDisk: `${ZONE}/disks/data` })).status).toBe(
      200,
    );
    await expectRefusal(lab, ['DELETE', `${ZONE}/disks/data`], 400, 'resourceInUseByAnotherResource', '/snapshots/s');
    await expectRefusal(lab, ['DELETE', 'global/snapshots/s'], 400, 'resourceNotReady');
    const copy = { name: 'copy', sourceSnapshot: 's' };
    await expectRefusal(lab, ['POST', `${ZONE}/disks`, copy], 400, 'resourceNotReady');
    await lab.clock.advance(1000);
    expect((await lab.api('POST', `${ZONE}/disks`, copy)).status).toBe(200);
    await expectRefusal(lab, ['DELETE', 'global/snapshots/s'], 400, 'resourceInUseByAnotherResource', '/disks/copy');
  });

  test('of a disk that goes with its instance meanwhile comes to nothing, and says so', async () => {
    await lab.done('POST', `${ZONE}/instances`, vm('vm'));
    await lab.clock.advance(10_000);
    await lab.done('POST', `${ZONE}/instances/vm/attachDisk`, { source: `${ZONE}/disks/data`, autoDelete: true });
    expect((await lab.api('DELETE', `${ZONE}/instances/vm`)).status).toBe(200);
    await lab.clock.advance(600);
    const failed = await lab.done('POST', `${ZONE}/disks/data/createSnapshot`, { name: 's' });
    expect(failed['error']?.['errors']?.[0]).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    expect((await lab.api('GET', 'global/snapshots/s')).status).toBe(404);
  });

  test('that was begun before a restart is finished after it', async () => {
    await lab.api('POST', `${ZONE}/disks/data/createSnapshot`, { name: 's' });
    await lab.api('POST', `${ZONE}/disks`, { name: 'own', sourceImage: DEBIAN });
    const after = new TestCloud({ saved: lab.saved.state });
    await after.cloud.start();
    await after.clock.advance(2000);
    expect((await after.api('GET', 'global/snapshots/s')).body).toMatchObject({ status: 'READY' });
    expect((await after.api('GET', `${ZONE}/disks/own`)).body).toMatchObject({ status: 'READY' });
  });
});

test('data disks of a new instance, alone or in a group, hold what they are made of before its program runs', async () => {
  write('seed');
  await lab.done('POST', `${ZONE}/disks/data/createSnapshot`, { name: 's' });
  const seeded = { deviceName: 'seeded', autoDelete: true, initializeParams: { sourceSnapshot: 'global/snapshots/s' } };
  await lab.done('POST', `${ZONE}/instances`, vm('vm', seeded));
  await lab.done('POST', 'global/instanceTemplates', { name: 't', properties: vm('t', seeded) });
  await lab.done('POST', `${ZONE}/instanceGroupManagers`, {
    name: 'g',
    instanceTemplate: 'global/instanceTemplates/t',
    targetSize: 2,
  });
  await lab.clock.advance(10_000);
  expect((await get(`${ZONE}/instances/vm`))['disks']?.[1]).toMatchObject({ diskSizeGb: '20' });
  const mounted = [...lab.runtime.running.values()].flatMap(({ request }) => request.disks);
  expect(mounted.map(({ id }) => lab.runtime.disks.get(id))).toEqual(['seed', 'seed', 'seed']);
  // They have their own by now.
  await lab.done('DELETE', 'global/snapshots/s');
});

test('what cannot be is refused with its reason', async () => {
  await lab.done('POST', `${ZONE}/disks/data/createSnapshot`, { name: 's' });
  await lab.done('POST', `${ZONE}/instances`, vm('vm'));
  const inVm = (initializeParams: object) => vm('x', { initializeParams });
  for (const [path, body, status, reason, words] of [
    [`${ZONE}/disks`, { sourceImage: 'global/images/gone' }, 404, 'notFound', 'images/gone'],
    [`${ZONE}/disks`, { sourceImage: 'global/images/family/gone' }, 404, 'notFound', 'family/gone'],
    [`${ZONE}/disks`, { sourceSnapshot: 'global/snapshots/gone' }, 404, 'notFound', 'snapshots/gone'],
    [`${ZONE}/disks`, { sourceSnapshot: DEBIAN }, 400, 'invalid', 'resource.sourceSnapshot'],
    [`${ZONE}/disks`, { sourceSnapshot: 's', sourceImage: DEBIAN }, 400, 'invalid', 'leave one out'],
    [`${ZONE}/disks`, { sourceSnapshot: 's', sizeGb: 19 }, 400, 'invalid', 'the snapshot size (20 GB)'],
    ['global/snapshots', { sourceDisk: `${ZONE}/disks/gone` }, 404, 'notFound', 'disks/gone'],
    ['global/snapshots', {}, 400, 'invalid', 'resource.sourceDisk'],
    [`${ZONE}/disks/vm/createSnapshot`, {}, 400, 'invalid', 'keeps its content with that instance'],
    [`${ZONE}/disks/data/createSnapshot`, { name: 's' }, 409, 'alreadyExists', 'snapshots/s'],
    [`${ZONE}/instances`, inVm({ sourceSnapshot: 'gone' }), 404, 'notFound', 'snapshots/gone'],
    [`${ZONE}/instances`, inVm({ sourceSnapshot: 's', diskSizeGb: '5' }), 400, 'invalid', 'disks[1].initializeParams'],
    ['global/instanceTemplates', { properties: inVm({ sourceImage: 'global/images/gone' }) }, 404, 'notFound', 'gone'],
  ] as const)
    await expectRefusal(lab, ['POST', path, { name: 'x', ...body }], status, reason, words);
});
