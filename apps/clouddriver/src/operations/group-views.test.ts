import { beforeAll, expect, test } from 'vitest';
import { ConformanceWorld, simulatedWorlds } from './conformance.fixture.ts';
import { AT, members, prepare } from './conformance-scenarios.fixture.ts';
import type { Beginning } from './conformance-world.fixture.ts';

const IMAGE = 'debian-12-nodejs-v1';
const GROUP = 'hello-prod-v000';
let beginning: Beginning;
beforeAll(async () => {
  beginning = await prepare(simulatedWorlds);
}, 60_000);

/** A world whose group is scaled by load. */
async function scaled() {
  const world = await ConformanceWorld.open(beginning);
  const autoscalingPolicy = { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } };
  const autoHealingPolicy = { healthCheck: 'heal', initialDelaySec: 60 };
  const told = { ...AT, serverGroupName: GROUP, autoscalingPolicy, autoHealingPolicy };
  expect((await world.run('upsertScalingPolicy', told, {}, 'scale')).ended?.failure).toBeNull();
  await world.settle();
  return world;
}

/** Keys anywhere in a value. */
const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
    : [];

test('a group read by itself is shown as a look at everything shows it', async () => {
  const { cloud } = await scaled();
  const { serverGroups } = await cloud.inventory.snapshot();
  const whole = serverGroups.find(({ view }) => view.name === GROUP)?.view;
  const alone = (await cloud.inventory.serverGroup(AT.region, GROUP))?.view;
  expect(JSON.stringify({ ...whole, seenAt: 0 })).toBe(JSON.stringify({ ...alone, seenAt: 0 }));
  expect(keysOf(alone).filter((key) => key.startsWith('_'))).toEqual([]);
});

test('a group has the fields that clients of Spinnaker read', async () => {
  const { cloud } = await scaled();
  expect((await cloud.inventory.serverGroup(AT.region, GROUP))?.view).toMatchObject({
    autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
    autoHealingPolicy: { healthCheck: 'heal', initialDelaySec: 60 },
    asg: { minSize: 2, maxSize: 4, desiredCapacity: 2, 'load-balancer-names': ['hello-lb'] },
    launchConfig: { imageId: IMAGE, createdTime: expect.any(Number) },
    imageSummary: { serverGroupName: GROUP, imageName: IMAGE, imageId: expect.stringContaining(`/images/${IMAGE}`) },
    networkName: 'default',
    providerMetadata: { tags: ['http-server'], networkName: 'default' },
    instanceTemplateTags: ['http-server'],
    selectZones: false,
    selfLink: expect.stringContaining(`/instanceGroupManagers/${GROUP}`),
  });
});

test('an instance has the fields that clients of Spinnaker read', async () => {
  const world = await scaled();
  const [name = ''] = members(world);
  const instance = await world.cloud.inventory.instance(AT.region, name);
  expect(instance).toMatchObject({
    instanceId: name,
    gceId: expect.stringMatching(/^[0-9]+$/),
    selfLink: expect.stringContaining(`/instances/${name}`),
    tags: { items: ['http-server'] },
    disks: [{ boot: true }, {}],
    serverGroup: GROUP,
  });
  expect(keysOf(instance).filter((key) => key.startsWith('_'))).toEqual([]);
  expect(await world.cloud.inventory.instance('europe-west1', name)).toBeNull();
});
