import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { beforeAll, expect, test } from 'vitest';
import { attemptsAfter } from './attempts.fixture.ts';
import { simulatedWorlds } from './conformance.fixture.ts';
import { LOAD_BALANCERS } from './conformance-load-balancers.fixture.ts';
import { prepare } from './conformance-scenarios.fixture.ts';
import type { Beginning } from './conformance-world.fixture.ts';

let beginning: Beginning;
beforeAll(async () => {
  beginning = await prepare(simulatedWorlds);
}, 60_000);

const create: JsonObject = { application: 'hello', stack: 'src', image: 'debian-12-nodejs-v1', targetSize: 2 };
const source = { region: 'us-central1', serverGroupName: 'hello-src-v000' };

/** A source made so, and the group and template of its clone. */
async function cloneOf(made: JsonObject, said: JsonObject = {}, between: (readonly [string, JsonObject])[] = []) {
  const { world, attempt } = await attemptsAfter(beginning, [
    ['upsertLoadBalancer', LOAD_BALANCERS['TCP'] ?? {}],
    ['createServerGroup', { ...create, ...made }],
    ...between,
  ]);
  expect(await attempt('cloneServerGroup', { source, ...said })).toBeNull();
  const { store } = world.lab.cloud.lab;
  const link = 'projects/p/regions/us-central1/instanceGroupManagers/hello-src-v001';
  const group = store.get('instanceGroupManagers', link);
  const template = store.get(
    'instanceTemplates',
    `projects/p/global/instanceTemplates/${group?.versions?.[0]?.instanceTemplate?.split('/').at(-1)}`,
  );
  const port = template?.properties.metadata?.items?.find(({ key }) => key === 'port')?.value;
  return { group, template, port };
}

test('a clone serves the port of its source, whatever the load balancer checks', async () => {
  // The load balancer checks 8080; the application serves 9090 and tells its health on another port.
  const { group, port } = await cloneOf({ loadBalancers: ['tcp'], port: 9090 });
  expect(group?.namedPorts).toEqual([{ name: 'http', port: 9090 }]);
  expect(port).toBe('9090');
});

test('named ports of a source stay where the clone is given another policy of load balancing', async () => {
  const namedPorts = [
    { name: 'http', port: 9090 },
    { name: 'grpc', port: 9091 },
  ];
  const { group } = await cloneOf(
    { loadBalancers: ['tcp'], loadBalancingPolicy: { namedPorts } },
    { loadBalancingPolicy: { balancingMode: 'UTILIZATION', maxUtilization: 0.5 } },
  );
  expect(group?.namedPorts).toEqual(namedPorts);
});

test('a port that is asked for is the one of the clone', async () => {
  const { group, port } = await cloneOf({ loadBalancers: ['tcp'], port: 9090 }, { port: 7070 });
  expect(group?.namedPorts).toEqual([{ name: 'http', port: 7070 }]);
  expect(port).toBe('7070');
});

test('a source that is smaller than its autoscaler keeps it is cloned with the smallest size of the autoscaler', async () => {
  const autoscalingPolicy = { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } };
  const { group } = await cloneOf({ autoscalingPolicy }, {}, [
    ['resizeServerGroup', { serverGroupName: source.serverGroupName, capacity: { min: 0, max: 0, desired: 0 } }],
  ]);
  expect(group?.targetSize).toBe(2);
});

test('labels of disks, and machines that Google may take away, are inherited', async () => {
  const disks = [{ type: 'pd-standard', sizeGb: 10, labels: { team: 'blue' } }];
  const { template } = await cloneOf({ disks, provisioningModel: 'SPOT' });
  expect(template?.properties.disks?.[0]?.initializeParams).toMatchObject({ labels: { team: 'blue' } });
  expect(template?.properties.scheduling).toMatchObject({
    provisioningModel: 'SPOT',
    preemptible: true,
    automaticRestart: false,
    onHostMaintenance: 'TERMINATE',
  });
});

test('a clone of a Spot source that is not to be preemptible is none', async () => {
  const { template } = await cloneOf({ provisioningModel: 'SPOT' }, { preemptible: false });
  expect(template?.properties.scheduling).not.toMatchObject({ provisioningModel: 'SPOT' });
});

test.each([
  [{}, 1],
  [{ overwriteAncestorAutoHealingPolicy: true }, 0],
])('a clone with %j takes %i healing policies over from its source', async (said, count) => {
  const { group } = await cloneOf({ autoHealingPolicy: { healthCheck: 'heal' } }, said);
  expect(group?.autoHealingPolicies ?? []).toHaveLength(count);
});
