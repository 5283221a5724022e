import { beforeAll, expect, test } from 'vitest';
import { ConformanceWorld, simulatedWorlds } from './conformance.fixture.ts';
import { AT, prepare } from './conformance-scenarios.fixture.ts';
import type { Beginning } from './conformance-world.fixture.ts';

const ZONE = 'us-central1-b';
const GROUP = 'hello-zonal-v000';
const destroy = { ...AT, serverGroupName: GROUP };
let beginning: Beginning;
beforeAll(async () => {
  beginning = await prepare(simulatedWorlds);
}, 60_000);

/** A world with a group in one zone, in which this zone or region does not answer. */
async function without(scope: string) {
  const world = await ConformanceWorld.open(beginning);
  const { body } = await world.lab.api('GET', 'global/instanceTemplates');
  const instanceTemplate = body['items']?.[0]?.['selfLink'];
  const group = { name: GROUP, baseInstanceName: GROUP, instanceTemplate, targetSize: 1 };
  await world.done('POST', `zones/${ZONE}/instanceGroupManagers`, group);
  await world.settle();
  await world.lab.call('POST', '/lab/v1/faults', { kind: 'unreachable', scope });
  return world;
}

test('what is in a zone that does not answer is not taken for gone', async () => {
  const { cloud } = await without(`zones/${ZONE}`);
  const failure = expect.objectContaining({
    message: expect.stringContaining(`${ZONE} does not answer`),
    gce: expect.objectContaining({ kind: 'unavailable' }),
  });
  await expect(cloud.inventory.snapshot()).rejects.toEqual(failure);
  await expect(cloud.inventory.serverGroup(AT.region, GROUP)).rejects.toEqual(failure);
});

test('a group in a zone that does not answer is not destroyed by doing nothing', async () => {
  const world = await without(`zones/${ZONE}`);
  const { ended } = await world.run('destroyServerGroup', destroy);
  expect(ended?.failure?.summary).toContain(`${ZONE} does not answer`);
  await world.lab.call('DELETE', '/lab/v1/faults');
  expect((await world.lab.api('GET', `zones/${ZONE}/instanceGroupManagers/${GROUP}`)).status).toBe(200);
});

test('a region that the account does not use may be silent', async () => {
  const world = await without('regions/europe-west1');
  const { serverGroups } = await world.cloud.inventory.snapshot();
  expect(serverGroups.map(({ view }) => view.name)).toContain(GROUP);
  expect((await world.run('destroyServerGroup', destroy)).ended?.failure).toBeNull();
});
