import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import type { LabResponse } from './message.ts';

const ZONE = 'zones/us-central1-a';

/** A cloud with one instance that stands alone, and a way to ask its metadata server. */
async function asked() {
  const lab = new TestCloud();
  await lab.done('POST', `${ZONE}/instances`, {
    name: 'lone',
    machineType: 'e2-micro',
    disks: [{ boot: true, initializeParams: { sourceImage: 'projects/p/global/images/family/debian-12-nodejs' } }],
    tags: { items: ['web', 'eu'] },
    metadata: { items: [{ key: 'greeting', value: 'hi' }] },
  });
  await lab.clock.advance(5000);
  const [running] = [...lab.runtime.running.values()];
  const base = new URL(running?.request.environment['METADATA_URL'] ?? '').pathname;
  const ask = (
    path: string,
    headers: Record<string, string> = { 'metadata-flavor': 'Google' },
  ): Promise<LabResponse> => {
    const url = new URL(`${base}/${path}`, 'http://lab');
    const query = Object.fromEntries(url.searchParams);
    return lab.cloud.handle({ method: 'GET', path: url.pathname, query, headers, body: '' });
  };
  return { lab, ask };
}

describe('the metadata server', () => {
  test('answers only who says that he means it', async () => {
    const { ask } = await asked();
    expect(await ask('instance/name', {})).toMatchObject({
      status: 403,
      body: expect.stringContaining('Metadata-Flavor'),
    });
    expect(await ask('instance/name')).toMatchObject({
      status: 200,
      body: 'lone',
      headers: { 'metadata-flavor': 'Google' },
    });
  });

  test.each([
    ['instance/zone', 'projects/p/zones/us-central1-a'],
    ['instance/machine-type', 'projects/p/machineTypes/e2-micro'],
    ['instance/tags', '["web","eu"]'],
    ['instance/attributes/', 'greeting\n'],
    ['instance/attributes/greeting', 'hi'],
    ['instance/network-interfaces/', '0/\n'],
    ['instance/network-interfaces/0/network', 'projects/p/networks/default'],
    ['project/project-id', 'p'],
    ['', 'instance/\nproject/\n'],
  ])('%s is %j', async (path, body) => {
    const { ask } = await asked();
    expect(await ask(path)).toMatchObject({ status: 200, body });
  });

  test('a folder can be had whole, in the shape of the real one', async () => {
    const { ask } = await asked();
    expect((await ask('instance/?recursive=true')).body).toMatchObject({
      attributes: { greeting: 'hi' },
      machineType: 'projects/p/machineTypes/e2-micro',
      networkInterfaces: [{ ip: expect.stringContaining('127.99.') }],
      disks: [{ deviceName: 'persistent-disk-0' }],
      tags: ['web', 'eu'],
    });
  });

  test('what is not there is said to be not there, and why there are no tokens', async () => {
    const { ask } = await asked();
    expect((await ask('instance/attributes/nope')).status).toBe(404);
    expect(await ask('instance/service-accounts/default/token')).toMatchObject({
      status: 404,
      body: expect.stringContaining('no service accounts'),
    });
  });

  test('wait_for_change answers when the value changes, and with the old one when the time is over', async () => {
    const { lab, ask } = await asked();
    const first = await ask('instance/attributes/?recursive=true');
    const wait = `instance/attributes/?recursive=true&wait_for_change=true&last_etag=${first.headers?.['etag'] ?? ''}`;
    const early = ask(`${wait}&timeout_sec=10`);
    await lab.clock.advance(11_000);
    expect((await early).headers?.['etag']).toBe(first.headers?.['etag']);
    const late = ask(wait);
    const fingerprint = (await lab.api('GET', `${ZONE}/instances/lone`)).body['metadata']?.['fingerprint'];
    const items = [{ key: 'greeting', value: 'bye' }];
    await lab.done('POST', `${ZONE}/instances/lone/setMetadata`, { items, fingerprint });
    await lab.clock.advance(1000);
    expect((await late).body).toEqual({ greeting: 'bye' });
    expect((await ask(wait)).body).toEqual({ greeting: 'bye' });
  });
});
