import { beforeEach, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const ZONE = 'zones/us-central1-a';
const DATA = `${ZONE}/disks/data`;
const IN_USE = 'resourceInUseByAnotherResource';
const BOOT = { boot: true, initializeParams: { sourceImage: 'projects/p/global/images/family/debian-12-nodejs' } };
const MACHINE = { machineType: 'e2-micro' };

let lab: TestCloud;
beforeEach(async () => {
  lab = new TestCloud();
  for (const name of ['one', 'two', 'three'])
    await lab.done('POST', `${ZONE}/instances`, { ...MACHINE, name, disks: [BOOT] });
  await lab.done('POST', `${ZONE}/disks`, { name: 'data' });
  await lab.clock.advance(10_000);
});

const order = (mode?: string, more: object = {}) => ({
  source: DATA,
  deviceName: 'data',
  ...(mode === undefined ? {} : { mode }),
  ...more,
});
const attachTo = (name: string) => `${ZONE}/instances/${name}/attachDisk`;
const users = async () =>
  ((await lab.api('GET', DATA)).body['users'] ?? []).map((link) => link.slice(link.lastIndexOf('/') + 1));
/** Names of the instances whose programs may only read from the disk. */
const readers = () =>
  [...lab.runtime.running.values()]
    .filter(({ request }) => request.disks.some(({ device, readOnly }) => device === 'data' && readOnly))
    .map(({ request }) => request.name);

test('several instances have a disk that each may only read, also after a restart', async () => {
  await lab.done('POST', attachTo('one'), order('READ_ONLY'));
  await lab.done('POST', attachTo('two'), order('READ_ONLY'));
  await lab.done('POST', `${ZONE}/instances/one/reset`);
  await lab.clock.advance(10_000);
  expect(await users()).toEqual(['one', 'two']);
  expect(readers().toSorted()).toEqual(['one', 'two']);
  expect((await lab.api('GET', `${ZONE}/instances/two`)).body['disks']?.[1]).toMatchObject({ mode: 'READ_ONLY' });
});

test('one that may write has the disk alone', async () => {
  await lab.done('POST', attachTo('one'), order());
  for (const mode of ['READ_WRITE', 'READ_ONLY'])
    await expectRefusal(lab, ['POST', attachTo('two'), order(mode)], 400, IN_USE, `'projects/p/${ZONE}/instances/one'`);
  await lab.done('POST', `${ZONE}/instances/one/detachDisk?deviceName=data`);
  await lab.done('POST', attachTo('one'), order('READ_ONLY'));
  await lab.done('POST', attachTo('two'), order('READ_ONLY'));
  await expectRefusal(lab, ['POST', attachTo('three'), order()], 400, IN_USE, 'instances/one');
  await expectRefusal(lab, ['POST', attachTo('one'), order('READ_ONLY', { deviceName: 'twice' })], 400, IN_USE);
  await expectRefusal(lab, ['DELETE', DATA], 400, IN_USE);
});

test('the disk stays while another has it, and goes with the last that is told to take it along', async () => {
  await lab.done('POST', attachTo('one'), order('READ_ONLY', { autoDelete: true }));
  await lab.done('POST', attachTo('two'), order('READ_ONLY', { autoDelete: true }));
  await lab.done('DELETE', `${ZONE}/instances/one`);
  expect(await users()).toEqual(['two']);
  await lab.done('DELETE', `${ZONE}/instances/two`);
  expect((await lab.api('GET', DATA)).status).toBe(404);
});

test('the instances of a group share the disk that their template names, in any number only to read it', async () => {
  const group = async (name: string, mode: string, targetSize: number): Promise<void> => {
    const disks = [BOOT, { source: 'data', deviceName: 'data', mode }];
    await lab.done('POST', 'global/instanceTemplates', { name, properties: { ...MACHINE, disks } });
    const instanceTemplate = `global/instanceTemplates/${name}`;
    await lab.done('POST', `${ZONE}/instanceGroupManagers`, { name, instanceTemplate, targetSize });
    await lab.clock.advance(10_000);
  };
  await group('read', 'READ_ONLY', 3);
  expect(readers()).toHaveLength(3);
  await group('write', 'READ_WRITE', 1);
  const { body } = await lab.api('GET', `${ZONE}/instanceGroupManagers/write/listErrors`);
  expect(body['items']?.[0]?.['error']).toMatchObject({ message: expect.stringContaining('is already being used by') });
  const insert = { ...MACHINE, name: 'x', disks: [BOOT, { source: DATA }] };
  await expectRefusal(lab, ['POST', `${ZONE}/instances`, insert], 400, IN_USE);
  await expectRefusal(
    lab,
    ['POST', `${ZONE}/instances`, { ...insert, disks: [BOOT, { source: `${ZONE}/disks/gone` }] }],
    404,
    'notFound',
  );
});
