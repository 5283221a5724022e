import { CERTIFICATE, PRIVATE_KEY } from '@gennaker/cloudlab/certificate.fixture';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Beginning, World, Worlds } from './conformance-world.fixture.ts';

export const AT = { credentials: 'lab', region: 'us-central1' };
const IMAGE = 'debian-12-nodejs-v1';
const GROUP = 'hello-prod-v000';

/** One operation as the provider must carry it out. */
export interface Scenario {
  readonly name: string;
  readonly operation: string;
  /** Operations that come before it. */
  readonly before?: readonly (readonly [string, JsonObject])[];
  /** False: what it did before a failure stays, and a retry goes on from there. */
  readonly undoable?: boolean;
  describe(world: World): JsonObject;
}

/** Instances of a server group, of the prepared one unless told, sorted. */
export function members({ model }: World, group = GROUP): string[] {
  return Object.values(model.lab.store.state.managed)
    .filter((record) => record.group.endsWith(`/${group}`))
    .map((record) => record.instance.split('/').at(-1) ?? '')
    .toSorted();
}

/** Makes what all scenarios begin with: a load balancer, a health check, and a server group of two behind it. */
export async function prepare(worlds: Worlds): Promise<Beginning> {
  const world = await worlds.open();
  for (const name of ['cert', 'other-cert'])
    await world.done('POST', 'global/sslCertificates', { name, certificate: CERTIFICATE, privateKey: PRIVATE_KEY });
  await world.done('POST', 'global/healthChecks', { name: 'heal', type: 'HTTP', httpHealthCheck: { port: 8080 } });
  const source = await world.imageSource('hello-2');
  await world.done('POST', 'global/images', { name: 'hello-2', rawDisk: { source } });
  for (const [operation, description] of [
    ['upsertLoadBalancer', { loadBalancerName: 'hello-lb', loadBalancerType: 'TCP', connectionDrainingTimeoutSec: 1 }],
    [
      'createServerGroup',
      {
        application: 'hello',
        stack: 'prod',
        image: IMAGE,
        capacity: { min: 2, max: 2, desired: 2 },
        loadBalancers: ['hello-lb'],
        tags: ['http-server'],
        disks: [
          { type: 'pd-standard', sizeGb: 10 },
          { type: 'pd-ssd', sizeGb: 20 },
        ],
      },
    ],
  ] as const) {
    const { ended } = await world.run(operation, { ...AT, ...description }, {}, `prepare ${operation}`);
    if (ended?.failure !== null) throw new Error(ended?.failure?.summary ?? 'The process died.');
    await world.settle();
  }
  return world.beginning();
}

const autoscaling = { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } };
const scaled: Scenario['before'] = [
  ['upsertScalingPolicy', { serverGroupName: GROUP, autoscalingPolicy: autoscaling }],
];
const told: readonly (readonly [string, JsonObject])[] = [
  ['upsertScalingPolicy', { serverGroupName: GROUP, autoscalingPolicy: autoscaling, writeMetadata: true }],
];
/** A schedule that is at rest whenever this runs. */
const atNight = {
  minRequiredReplicas: 3,
  schedule: '0 3 29 2 *',
  timeZone: 'Europe/Berlin',
  durationSec: 3_600,
  description: 'What runs at night',
};
const stateful: Scenario['before'] = [['setStatefulDisk', { serverGroupName: GROUP, deviceName: `${GROUP}-1` }]];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'createServerGroup with everything',
    operation: 'createServerGroup',
    describe: () => ({
      application: 'hello',
      stack: 'prod',
      image: IMAGE,
      capacity: { min: 1, max: 3, desired: 2 },
      loadBalancers: ['hello-lb'],
      autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
      autoHealingPolicy: { healthCheck: 'heal', initialDelaySec: 60 },
    }),
  },
  {
    name: 'createServerGroup in one zone without traffic',
    operation: 'createServerGroup',
    describe: () => ({
      application: 'hello',
      stack: 'zonal',
      image: `family/debian-12-nodejs`,
      targetSize: 1,
      regional: false,
      zone: 'us-central1-b',
      loadBalancers: ['hello-lb'],
      disableTraffic: true,
    }),
  },
  {
    name: 'cloneServerGroup',
    operation: 'cloneServerGroup',
    before: scaled ?? [],
    describe: () => ({ source: { region: 'us-central1', serverGroupName: GROUP }, instanceType: 'e2-medium' }),
  },
  {
    name: 'destroyServerGroup',
    operation: 'destroyServerGroup',
    describe: () => ({ serverGroupName: GROUP }),
  },
  { name: 'disableServerGroup', operation: 'disableServerGroup', describe: () => ({ serverGroupName: GROUP }) },
  {
    name: 'enableServerGroup',
    operation: 'enableServerGroup',
    before: [['disableServerGroup', { serverGroupName: GROUP }]],
    describe: () => ({ serverGroupName: GROUP }),
  },
  {
    name: 'resizeServerGroup',
    operation: 'resizeServerGroup',
    describe: () => ({ serverGroupName: GROUP, capacity: { min: 3, max: 3, desired: 3 } }),
  },
  {
    name: 'resizeServerGroup with an autoscaler',
    operation: 'resizeServerGroup',
    before: scaled ?? [],
    describe: () => ({ serverGroupName: GROUP, capacity: { min: 3, max: 5, desired: 3 } }),
  },
  {
    name: 'resizeServerGroup with an autoscaler to no instance',
    operation: 'resizeServerGroup',
    before: scaled ?? [],
    describe: () => ({ serverGroupName: GROUP, capacity: { min: 0, max: 0, desired: 0 } }),
  },
  {
    name: 'upsertScalingPolicy',
    operation: 'upsertScalingPolicy',
    describe: () => ({
      serverGroupName: GROUP,
      autoscalingPolicy: autoscaling,
      autoHealingPolicy: { healthCheck: 'heal' },
    }),
  },
  {
    name: 'upsertScalingPolicy of an autoscaler that exists',
    operation: 'upsertScalingPolicy',
    before: scaled ?? [],
    describe: () => ({ serverGroupName: GROUP, autoscalingPolicy: { maxNumReplicas: 6, mode: 'OFF' } }),
  },
  {
    name: 'deleteScalingPolicy',
    operation: 'deleteScalingPolicy',
    before: scaled ?? [],
    describe: () => ({ serverGroupName: GROUP }),
  },
  {
    name: 'deleteScalingPolicy of autohealing',
    operation: 'deleteScalingPolicy',
    before: [['upsertScalingPolicy', { serverGroupName: GROUP, autoHealingPolicy: { healthCheck: 'heal' } }]],
    describe: () => ({ serverGroupName: GROUP, deleteAutoHealingPolicy: true }),
  },
  {
    name: 'upsertScalingPolicy by schedules',
    operation: 'upsertScalingPolicy',
    describe: () => ({
      serverGroupName: GROUP,
      autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 4, scalingSchedules: { night: atNight } },
    }),
  },
  {
    name: 'upsertScalingPolicy with metadata',
    operation: 'upsertScalingPolicy',
    describe: () => ({ serverGroupName: GROUP, autoscalingPolicy: autoscaling, writeMetadata: true }),
  },
  {
    name: 'resizeServerGroup with an autoscaler and metadata',
    operation: 'resizeServerGroup',
    before: told,
    describe: () => ({ serverGroupName: GROUP, capacity: { min: 3, max: 5, desired: 3 }, writeMetadata: true }),
  },
  {
    name: 'deleteScalingPolicy with metadata',
    operation: 'deleteScalingPolicy',
    before: told,
    describe: () => ({ serverGroupName: GROUP, writeMetadata: true }),
  },
  {
    name: 'updateLaunchConfig',
    operation: 'updateLaunchConfig',
    describe: () => ({ serverGroupName: GROUP, instanceType: 'e2-medium', labels: { team: 'blue' } }),
  },
  {
    name: 'updateLaunchConfig with rolling replacement',
    operation: 'updateLaunchConfig',
    describe: () => ({
      serverGroupName: GROUP,
      instanceMetadata: { version: '2' },
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    }),
  },
  {
    name: 'upsertServerGroupTags',
    operation: 'upsertServerGroupTags',
    describe: () => ({ serverGroupName: GROUP, tags: ['http-server', 'canary'] }),
  },
  {
    name: 'terminateInstances of a server group',
    operation: 'terminateInstances',
    undoable: false,
    describe: (world) => ({ serverGroupName: GROUP, instanceIds: members(world).slice(0, 1) }),
  },
  {
    name: 'terminateInstanceAndDecrement',
    operation: 'terminateInstanceAndDecrement',
    undoable: false,
    describe: (world) => ({ serverGroupName: GROUP, instanceIds: members(world).slice(0, 1) }),
  },
  {
    name: 'detachInstances',
    operation: 'detachInstances',
    undoable: false,
    describe: (world) => ({ serverGroupName: GROUP, instanceIds: members(world).slice(0, 1) }),
  },
  {
    name: 'rebootInstances',
    operation: 'rebootInstances',
    undoable: false,
    describe: (world) => ({ instanceIds: members(world) }),
  },
  {
    name: 'createGoogleInstance',
    operation: 'createGoogleInstance',
    describe: () => ({
      application: 'hello',
      instanceName: 'hello-tool',
      zone: 'us-central1-b',
      image: IMAGE,
      tags: ['http-server'],
      labels: { team: 'blue' },
      disks: [
        { type: 'pd-standard', sizeGb: 10 },
        { type: 'pd-ssd', sizeGb: 20 },
      ],
    }),
  },
  {
    name: 'setStatefulDisk',
    operation: 'setStatefulDisk',
    describe: () => ({ serverGroupName: GROUP, deviceName: `${GROUP}-1` }),
  },
  {
    name: 'statefullyUpdateBootImage',
    operation: 'statefullyUpdateBootImage',
    before: stateful ?? [],
    describe: () => ({ serverGroupName: GROUP, bootImage: 'hello-2' }),
  },
  {
    name: 'upsertImageTags',
    operation: 'upsertImageTags',
    describe: () => ({ imageName: IMAGE, tags: { stage: 'prod' } }),
  },
  {
    name: 'upsertLoadBalancer',
    operation: 'upsertLoadBalancer',
    describe: () => ({ loadBalancerName: 'other-lb', loadBalancerType: 'TCP', portRange: '9090' }),
  },
  {
    name: 'deleteLoadBalancer',
    operation: 'deleteLoadBalancer',
    before: [['upsertLoadBalancer', { loadBalancerName: 'other-lb', loadBalancerType: 'TCP', portRange: '9090' }]],
    undoable: false,
    describe: () => ({ loadBalancerName: 'other-lb' }),
  },
];
