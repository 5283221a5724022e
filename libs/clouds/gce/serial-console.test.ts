import { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import { beforeEach, expect, test } from 'vitest';
import { type LabCompute, labCompute } from './lab.fixture.ts';
import { serialConsole } from './serial-console.ts';

const MEGABYTE = 1 << 20;
const REGION = 'us-central1';

let lab: TestCloud;
let connection: LabCompute;
let instance: { readonly id: string; readonly name: string };

beforeEach(async () => {
  lab = new TestCloud();
  await lab.cloud.start();
  await lab.group('shop-v000', 1);
  await lab.clock.advance(60_000);
  const [running] = lab.runtime.running.values();
  if (!running) throw new Error('No instance was started.');
  instance = running.request;
  connection = labCompute(lab);
});

test('a console is read on from where it was read to, however much it says in all', async () => {
  const { read } = serialConsole(connection.compute);
  const boot = await read(REGION, instance.name);
  expect(boot).toMatchObject({ start: 0, output: expect.stringContaining('simulated instance') });
  lab.runtime.print(instance.id, 'x'.repeat(MEGABYTE - 10));
  const more = await read(REGION, instance.name, boot?.next);
  lab.runtime.print(instance.id, 'the newest line\n');
  expect(await read(REGION, instance.name, more?.next)).toMatchObject({
    start: more?.next,
    output: 'the newest line\n',
  });
});

test('where a wanted part is gone, what is left begins later, and says where', async () => {
  const { read } = serialConsole(connection.compute);
  const { next = 0 } = (await read(REGION, instance.name)) ?? {};
  lab.runtime.print(instance.id, 'x'.repeat(2 * MEGABYTE));
  const rest = await read(REGION, instance.name, next);
  expect(rest).toMatchObject({ start: next + MEGABYTE, next: next + 2 * MEGABYTE });
  expect(rest?.output).toHaveLength(MEGABYTE);
});

test('a negative place is so many bytes before the end', async () => {
  lab.runtime.print(instance.id, 'the end');
  expect(await serialConsole(connection.compute).read(REGION, instance.name, -3)).toMatchObject({ output: 'end' });
});

test('one that began anew since is read from its beginning', async () => {
  const piece = await serialConsole(connection.compute).read(REGION, instance.name, 1_000_000);
  expect(piece).toMatchObject({ start: 0, output: expect.stringContaining('simulated instance') });
});

test('the zone of an instance is looked for once', async () => {
  const { read } = serialConsole(connection.compute);
  for (let look = 0; look < 5; look++) await read(REGION, instance.name);
  expect(connection.requests.filter((line) => line.includes('/aggregated/'))).toHaveLength(1);
  expect(connection.requests.filter((line) => line.endsWith('/serialPort'))).toHaveLength(5);
});

test('an instance that is gone has none, also where its zone is remembered', async () => {
  const { read } = serialConsole(connection.compute);
  expect(await read(REGION, instance.name)).not.toBeNull();
  await lab.done('DELETE', 'regions/us-central1/instanceGroupManagers/shop-v000');
  expect(await read(REGION, instance.name)).toBeNull();
  expect(await read('europe-west1', instance.name)).toBeNull();
});
