import { operationNamed, operationsOf } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { beforeAll, expect, test } from 'vitest';
import { ConformanceWorld, simulatedWorlds } from './conformance.fixture.ts';
import { AT, prepare } from './conformance-scenarios.fixture.ts';
import { type Beginning, changesSince } from './conformance-world.fixture.ts';

const GROUP = 'hello-prod-v000';
const create: JsonObject = { application: 'hello', image: 'debian-12-nodejs-v1', targetSize: 1 };
const ofGroup: JsonObject = { serverGroupName: GROUP };

let beginning: Beginning;
beforeAll(async () => {
  const world = await ConformanceWorld.open(await prepare(simulatedWorlds));
  const quota = { project: 'p', region: 'us-central1', metric: 'INSTANCES', limit: 10 };
  await world.lab.call('PUT', '/lab/v1/quotas', quota);
  beginning = await world.beginning();
}, 60_000);

test.each<[string, JsonObject, string]>([
  ['createServerGroup', { ...create, image: 'lost' }, 'Image lost does not exist in project p'],
  ['createServerGroup', { ...create, image: 'family/lost' }, 'An image of family lost does not exist in project p'],
  ['createServerGroup', { ...create, network: 'lost' }, 'network lost does not exist in project p'],
  ['createServerGroup', { ...create, subnet: 'lost' }, 'subnet lost does not exist in us-central1'],
  [
    'createServerGroup',
    { ...create, zone: 'us-central1-x' },
    'zone us-central1-x is not in us-central1; use us-central1-',
  ],
  ['createServerGroup', { ...create, instanceType: 'e9-huge' }, 'instanceType e9-huge does not exist in us-central1'],
  ['createServerGroup', { ...create, loadBalancers: ['lost'] }, 'Load balancer lost does not exist in us-central1'],
  [
    'createServerGroup',
    { ...create, autoHealingPolicy: { healthCheck: 'lost' } },
    'autoHealingPolicy.healthCheck: there is no global health check lost in project p',
  ],
  [
    'createServerGroup',
    { ...create, targetSize: 9 },
    'quota INSTANCES of us-central1 is 10, of which 2 are used, and 9 more of e2-small need 9',
  ],
  [
    'createServerGroup',
    { ...create, image: 'lost', network: 'gone' },
    'in project p; bake it or correct the name; network gone',
  ],
  [
    'cloneServerGroup',
    { source: { region: 'us-central1', serverGroupName: 'hello-v009' } },
    'Server group hello-v009 does not exist',
  ],
  ['resizeServerGroup', { ...ofGroup, targetSize: 11 }, 'quota INSTANCES of us-central1 is 10'],
  ['updateLaunchConfig', { ...ofGroup, instanceType: 'e9-huge' }, 'instanceType e9-huge does not exist'],
  [
    'updateLaunchConfig',
    { ...ofGroup, labels: { a: 'b' }, updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 1 } } },
    'updatePolicy.maxSurge is 1, and of a regional group it must be 0, or at least the number of its zones (3)',
  ],
  [
    'updateLaunchConfig',
    { ...ofGroup, labels: { a: 'b' }, updatePolicy: { type: 'PROACTIVE', maxUnavailable: { percent: 50 } } },
    'updatePolicy.maxUnavailable is 50 %, which a regional group takes from 10 instances on, and hello-prod-v000 has 2',
  ],
  ['upsertScalingPolicy', { ...ofGroup, autoscalingPolicy: { minNumReplicas: 3, maxNumReplicas: 2 } }, 'is 3 of 2'],
  ['terminateInstances', { ...ofGroup, instanceIds: ['other-v000-abcd'] }, 'is no member of hello-prod-v000'],
  ['rebootInstances', { instanceIds: ['other-v000-abcd'] }, 'Instance other-v000-abcd does not exist in us-central1'],
  [
    'setStatefulDisk',
    { ...ofGroup, deviceName: 'lost' },
    'has no disk lost; its disks are hello-prod-v000-0, hello-prod-v000-1',
  ],
  ['statefullyUpdateBootImage', { ...ofGroup, bootImage: 'hello-2' }, 'keeps no disks; use setStatefulDisk first'],
  ['upsertImageTags', { imageName: 'lost', tags: { a: 'b' } }, 'Image lost does not exist'],
])('%s of %j is refused before anything is made: %s', async (operation, description, sentence) => {
  const world = await ConformanceWorld.open(beginning);
  const { ended } = await world.run(operation, { ...AT, ...description });
  expect(ended?.failure?.summary).toContain(sentence);
  expect(ended?.failure?.next).toContain('Nothing had been changed');
  expect(changesSince(world, beginning)).toEqual([]);
});

test.each<[string, JsonObject, string]>([
  ['createServerGroup', { ...create, application: 'Hello' }, 'lower'],
  ['createServerGroup', { ...create, freeFormDetails: 'x'.repeat(50) }, '44'],
  ['createServerGroup', { ...create, capacity: { min: 3, max: 2, desired: 2 } }, 'min <= desired <= max'],
  ['createServerGroup', { ...create, zone: 'europe-west1-b' }, 'zone europe-west1-b is not in region us-central1'],
  ['createServerGroup', { ...create, image: undefined }, 'image must name an image'],
  ['resizeServerGroup', ofGroup, 'targetSize or capacity must say the new size'],
  ['upsertScalingPolicy', ofGroup, 'autoscalingPolicy or autoHealingPolicy must be given'],
  [
    'updateLaunchConfig',
    { ...ofGroup, updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 0 }, maxUnavailable: { fixed: 0 } } },
    'cannot both be 0',
  ],
  ['terminateInstances', { region: undefined, instanceIds: ['a'] }, 'region or zone must say'],
  ['upsertImageTags', { imageName: 'i', tags: {} }, 'at least one tag'],
])('%s of %j is refused when it is submitted: %s', async (operation, description, sentence) => {
  const world = await ConformanceWorld.open(beginning);
  const definition = operationNamed(world.cloud, operation)?.definition;
  const parsed = definition?.schema.parse({ ...AT, ...description });
  expect(definition?.problems?.(parsed as never).join('; ')).toContain(sentence);
});

const tag = 'must be a lower-case letter, then up to 62 letters, digits or hyphens';
const machine = { image: 'debian-12-nodejs-v1', instanceName: 'hello-tool', zone: 'us-central1-b' };
const over = { cpuUtilization: { utilizationTarget: 60 } };
test.each<[string, JsonObject, string]>([
  ['createServerGroup', { ...create, tags: ['Not A Tag'] }, tag],
  ['createServerGroup', { ...create, labels: { Team: 'blue' } }, 'a label starts with a lower-case letter'],
  ['createServerGroup', { ...create, labels: { team: 'Blue' } }, 'the value of a label holds lower-case letters'],
  ['createServerGroup', { ...create, disks: [{ labels: { team: 'B' } }] }, 'the value of a label holds'],
  ['createServerGroup', { ...create, autoscalingPolicy: over }, 'must be a fraction of the CPU, such as 0.6 for 60 %'],
  ['cloneServerGroup', { source: { ...AT, ...ofGroup }, tags: ['Not A Tag'] }, tag],
  ['createGoogleInstance', { ...machine, labels: { '9': '' } }, 'a label starts with a lower-case letter'],
  ['updateLaunchConfig', { ...ofGroup, tags: ['Not A Tag'] }, tag],
  ['upsertScalingPolicy', { ...ofGroup, autoscalingPolicy: over }, 'must be a fraction of the CPU'],
  ['upsertServerGroupTags', { ...ofGroup, tags: ['Not A Tag'] }, tag],
])('%s of %j is no description: %s', async (operation, description, sentence) => {
  const world = await ConformanceWorld.open(beginning);
  const parsed = operationNamed(world.cloud, operation)?.definition.schema.safeParse({ ...AT, ...description });
  expect(parsed?.error?.issues.map(({ message }) => message).join('; ')).toContain(sentence);
});

test('labels of any script without capitals are taken, as Google takes them', async () => {
  const world = await ConformanceWorld.open(beginning);
  const schema = operationNamed(world.cloud, 'createServerGroup')?.definition.schema;
  expect(schema?.safeParse({ ...AT, ...create, labels: { straße: 'größe', 组: '' } }).error).toBeUndefined();
});

test.each(['createServerGroup', 'upsertScalingPolicy'])(
  '%s says beforehand what of a healing policy does nothing',
  async (operation) => {
    const world = await ConformanceWorld.open(beginning);
    const autoHealingPolicy = { healthCheck: 'heal', maxUnavailable: { fixed: 1 } };
    const { warnings } = await world.preview(operation, { ...AT, ...create, ...ofGroup, autoHealingPolicy });
    expect(warnings.join(' ')).toContain('autoHealingPolicy.maxUnavailable does nothing');
  },
);

test('every example of an operation is a description that it takes', async () => {
  const world = await ConformanceWorld.open(beginning);
  for (const [name, { schema, examples, problems }] of Object.entries(operationsOf(world.cloud))) {
    expect(examples.length, name).toBeGreaterThan(0);
    for (const example of examples) expect(problems?.(schema.parse(example) as never) ?? [], name).toEqual([]);
  }
});
