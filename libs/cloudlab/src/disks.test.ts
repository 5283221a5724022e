import { beforeEach, describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';

const ZONE = 'zones/us-central1-a';
const VM = `${ZONE}/instances/vm`;
const IMAGE = 'projects/p/global/images/family/debian-12-nodejs';
const DISK = { source: `${ZONE}/disks/data`, deviceName: 'data' };

let lab: TestCloud;
beforeEach(async () => {
  lab = new TestCloud();
  for (const name of ['vm', 'other'])
    await lab.done('POST', `${ZONE}/instances`, {
      name,
      machineType: `${ZONE}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
    });
  await lab.done('POST', `${ZONE}/disks`, { name: 'data', sizeGb: '20', type: `${ZONE}/diskTypes/pd-ssd` });
  await lab.clock.advance(10_000);
});

const disk = async () => (await lab.api('GET', `${ZONE}/disks/data`)).body;
const devices = async (path = VM) =>
  ((await lab.api('GET', path)).body['disks'] ?? []).map((each) => each['deviceName']);
/** What the programs that run have in their folders of disks. */
const mounted = (name = 'vm') =>
  [...lab.runtime.running.values()]
    .filter(({ request }) => request.name === name)
    .flatMap(({ request }) => request.disks.map(({ device }) => device));
const refusal = async (method: string, path: string, body?: object) => {
  const { status, body: answer } = await lab.api(method, path, body);
  return [status, answer['error']?.['message']];
};

describe('disks', () => {
  test('an empty one is attached to an instance that runs, which has it at once, and is taken from it again', async () => {
    expect(await disk()).toMatchObject({ sizeGb: '20', status: 'READY', type: expect.stringContaining('pd-ssd') });
    await lab.done('POST', `${VM}/attachDisk`, DISK);
    expect((await lab.api('GET', VM)).body['disks']?.[1]).toMatchObject({
      deviceName: 'data',
      index: 1,
      boot: false,
      autoDelete: false,
      diskSizeGb: '20',
    });
    expect(await disk()).toMatchObject({ users: [expect.stringContaining('/instances/vm')] });
    expect(mounted()).toEqual(['data']);
    await lab.done('POST', `${VM}/detachDisk?deviceName=data`);
    expect(await devices()).toEqual(['persistent-disk-0']);
    expect(mounted()).toEqual([]);
    expect(await disk()).not.toHaveProperty('users');
  });

  test('what is attached stays through restarts, and goes with the instance only when told to', async () => {
    await lab.done('POST', `${VM}/attachDisk`, DISK);
    await lab.done('POST', `${VM}/stop`);
    await lab.done('POST', `${VM}/start`);
    await lab.clock.advance(5_000);
    expect(mounted()).toEqual(['data']);
    await lab.done('DELETE', VM);
    expect((await disk())['name']).toBe('data');
    await lab.done('POST', `${ZONE}/instances/other/attachDisk`, { ...DISK, autoDelete: true });
    await lab.done('DELETE', `${ZONE}/instances/other`);
    expect((await lab.api('GET', `${ZONE}/disks/data`)).status).toBe(404);
  });

  test('one that is attached to a stopped instance is there when it starts', async () => {
    await lab.done('POST', `${VM}/stop`);
    await lab.done('POST', `${VM}/attachDisk`, { source: DISK.source });
    await lab.done('POST', `${VM}/start`);
    await lab.clock.advance(5_000);
    expect(mounted()).toEqual(['persistent-disk-1']);
  });

  test('what cannot be is refused by its field', async () => {
    await lab.done('POST', `${VM}/attachDisk`, DISK);
    expect(await refusal('POST', `${ZONE}/instances/other/attachDisk`, DISK)).toEqual([
      400,
      expect.stringContaining('is already being used by'),
    ]);
    await lab.done('POST', `${ZONE}/disks`, { name: 'more' });
    const more = { source: `${ZONE}/disks/more` };
    for (const [path, body, words] of [
      [`${VM}/attachDisk`, { ...more, deviceName: 'data' }, "vm has a disk 'data' already"],
      [`${VM}/attachDisk`, { ...more, mode: 'SOMETIMES' }, 'attachedDisk.mode'],
      [`${VM}/attachDisk`, { ...more, boot: true }, 'boots from the disk that it was made with'],
      [`${VM}/attachDisk`, { source: 'zones/us-central1-b/disks/x' }, 'cannot refer to'],
      [`${VM}/detachDisk?deviceName=gone`, {}, 'vm has persistent-disk-0, data'],
      [`${VM}/detachDisk?deviceName=persistent-disk-0`, {}, 'is what vm boots from'],
      [`${ZONE}/disks`, { name: 'd', sourceDisk: more.source }, 'take a snapshot of that one'],
      [`${VM}/attachDisk`, { source: `${ZONE}/disks/other` }, 'Use a data disk'],
      [`${ZONE}/disks`, { name: 'd', sizeGb: 0 }, 'resource.sizeGb'],
    ] as const)
      expect(await refusal('POST', path, body)).toEqual([400, expect.stringContaining(words)]);
    await lab.done('POST', `${VM}/stop`);
    void lab.api('POST', `${VM}/start`);
    await lab.clock.advance(400);
    expect(await refusal('POST', `${VM}/attachDisk`, more)).toEqual([
      400,
      expect.stringContaining('wait until it runs'),
    ]);
  });
});
