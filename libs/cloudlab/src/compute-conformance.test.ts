import { beforeAll, describe, expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.fixture.ts';
import { TestCloud } from './cloud.fixture.ts';
import { ComputeClients } from './compute-client.fixture.ts';
import { METHODS, camel, requestProblems, responseProblems } from './compute-messages.fixture.ts';
import type { ComputeMethod } from './compute-messages.fixture.ts';

/** The real client against the model: every resource is called `a`, in project p, us-central1 and us-central1-a. */
const PLACE: Readonly<Record<string, string>> = { project: 'p', region: 'us-central1', zone: 'us-central1-a' };
const REGION = 'projects/p/regions/us-central1';
const ZONE = 'projects/p/zones/us-central1-a';
const GLOBAL = 'projects/p/global';

const SCALING = {
  minNumReplicas: 1,
  maxNumReplicas: 3,
  mode: 'OFF',
  cpuUtilization: { utilizationTarget: 0.6 },
  scalingSchedules: { office: { minRequiredReplicas: 2, schedule: '0 8 * * MON-FRI', durationSec: 3600 } },
};

type Body = Readonly<Record<string, unknown>>;
/** Query parameters and, where the method has one, the body. */
type Step = readonly [call: string, body?: Body | undefined, query?: Body | undefined];

/** What makes each collection, in the order that references demand. */
const INSERTS: readonly Step[] = [
  ['Networks.Insert', { autoCreateSubnetworks: false }],
  ['Subnetworks.Insert', { network: `${GLOBAL}/networks/a`, ipCidrRange: '10.9.0.0/24' }],
  ['Firewalls.Insert', { network: `${GLOBAL}/networks/a`, allowed: [{ IPProtocol: 'tcp', ports: ['8080'] }] }],
  ['Images.Insert', { family: 'a', rawDisk: { source: 'file:///staging/a' } }],
  [
    'InstanceTemplates.Insert',
    {
      properties: {
        machineType: 'e2-micro',
        disks: [{ boot: true, initializeParams: { sourceImage: `${GLOBAL}/images/a` } }],
        networkInterfaces: [{ network: `${GLOBAL}/networks/default` }],
      },
    },
  ],
  ['HealthChecks.Insert', { type: 'HTTP', httpHealthCheck: { port: 8080, requestPath: '/health' } }],
  ['RegionHealthChecks.Insert', { type: 'TCP', tcpHealthCheck: { port: 8080 } }],
  ['TargetPools.Insert', { sessionAffinity: 'CLIENT_IP' }],
  ['InstanceGroupManagers.Insert', { instanceTemplate: `${GLOBAL}/instanceTemplates/a`, targetSize: 1 }],
  [
    'RegionInstanceGroupManagers.Insert',
    {
      instanceTemplate: `${GLOBAL}/instanceTemplates/a`,
      targetSize: 2,
      namedPorts: [{ name: 'http', port: 8080 }],
      autoHealingPolicies: [{ healthCheck: `${GLOBAL}/healthChecks/a`, initialDelaySec: 30 }],
    },
  ],
  ['Autoscalers.Insert', { target: `${ZONE}/instanceGroupManagers/a`, autoscalingPolicy: SCALING }],
  ['RegionAutoscalers.Insert', { target: `${REGION}/instanceGroupManagers/a`, autoscalingPolicy: SCALING }],
  [
    'Instances.Insert',
    {
      machineType: `${ZONE}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: `${GLOBAL}/images/a` } }],
      networkInterfaces: [{ network: `${GLOBAL}/networks/default` }],
    },
  ],
  ['Disks.Insert', { name: 'data', sizeGb: '10', type: `${ZONE}/diskTypes/pd-ssd` }],
  ['Snapshots.Insert', { sourceDisk: `${ZONE}/disks/data`, labels: { app: 'hello' } }],
  ['Disks.Insert', { name: 'copy', sizeGb: '20', sourceSnapshot: `${GLOBAL}/snapshots/a` }],
  ['Disks.Insert', { name: 'root', sourceImage: `${GLOBAL}/images/a` }],
  [
    'BackendServices.Insert',
    {
      protocol: 'HTTP',
      healthChecks: [`${GLOBAL}/healthChecks/a`],
      backends: [{ group: `${REGION}/instanceGroups/a`, balancingMode: 'RATE', maxRatePerInstance: 100 }],
      connectionDraining: { drainingTimeoutSec: 10 },
    },
  ],
  ['BackendServices.Insert', { name: 'stream', protocol: 'TCP' }],
  [
    'RegionBackendServices.Insert',
    { loadBalancingScheme: 'INTERNAL_MANAGED', healthChecks: [`${REGION}/healthChecks/a`] },
  ],
  ['RegionBackendServices.Insert', { name: 'stream', loadBalancingScheme: 'INTERNAL_MANAGED', protocol: 'TCP' }],
  [
    'UrlMaps.Insert',
    {
      defaultService: `${GLOBAL}/backendServices/a`,
      hostRules: [{ hosts: ['*.shop.test'], pathMatcher: 'shop' }],
      pathMatchers: [
        {
          name: 'shop',
          defaultRouteAction: {
            weightedBackendServices: [{ backendService: `${GLOBAL}/backendServices/a`, weight: 10 }],
          },
          pathRules: [
            { paths: ['/cart', '/cart/*'], service: `${GLOBAL}/backendServices/a` },
            { paths: ['/old'], urlRedirect: { pathRedirect: '/cart', redirectResponseCode: 'FOUND' } },
          ],
        },
      ],
    },
  ],
  ['RegionUrlMaps.Insert', { defaultService: `${REGION}/backendServices/a` }],
  ['SslCertificates.Insert', { certificate: CERTIFICATE, privateKey: PRIVATE_KEY }],
  [
    'RegionSslCertificates.Insert',
    { type: 'SELF_MANAGED', selfManaged: { certificate: CERTIFICATE, privateKey: PRIVATE_KEY } },
  ],
  ['TargetHttpProxies.Insert', { urlMap: `${GLOBAL}/urlMaps/a` }],
  ['RegionTargetHttpProxies.Insert', { urlMap: `${REGION}/urlMaps/a` }],
  ['TargetHttpsProxies.Insert', { urlMap: `${GLOBAL}/urlMaps/a`, sslCertificates: [`${GLOBAL}/sslCertificates/a`] }],
  [
    'RegionTargetHttpsProxies.Insert',
    { urlMap: `${REGION}/urlMaps/a`, sslCertificates: [`${REGION}/sslCertificates/a`] },
  ],
  [
    'TargetSslProxies.Insert',
    { service: `${GLOBAL}/backendServices/stream`, sslCertificates: [`${GLOBAL}/sslCertificates/a`] },
  ],
  ['TargetTcpProxies.Insert', { service: `${GLOBAL}/backendServices/stream`, proxyHeader: 'NONE' }],
  ['RegionTargetTcpProxies.Insert', { service: `${REGION}/backendServices/stream` }],
  ['GlobalAddresses.Insert', {}],
  ['Addresses.Insert', { addressType: 'EXTERNAL' }],
  [
    'GlobalForwardingRules.Insert',
    { IPAddress: `${GLOBAL}/addresses/a`, portRange: '80', target: `${GLOBAL}/targetHttpProxies/a` },
  ],
  [
    'ForwardingRules.Insert',
    {
      loadBalancingScheme: 'INTERNAL_MANAGED',
      ports: ['8080'],
      target: `${REGION}/targetHttpProxies/a`,
      network: `${GLOBAL}/networks/default`,
    },
  ],
];

/** What can be done to a managed group, zonal or regional, and to its instances. */
function groupChanges(service: 'InstanceGroupManagers' | 'RegionInstanceGroupManagers'): Step[] {
  const member = service === 'InstanceGroupManagers' ? 'ZONAL' : 'REGIONAL';
  const instances = [member];
  const config = { name: 'MEMBER_NAME', preservedState: { metadata: { key: 'value' } } };
  const configs = { perInstanceConfigs: [config] };
  return [
    [`${service}.Patch`, { updatePolicy: { type: 'OPPORTUNISTIC', maxSurge: { fixed: 3 } } }],
    [`${service}.Resize`, undefined, { size: 3 }],
    [`${service}.SetInstanceTemplate`, { instanceTemplate: `${GLOBAL}/instanceTemplates/a` }],
    [`${service}.SetTargetPools`, { targetPools: [`${REGION}/targetPools/a`], fingerprint: '' }],
    [`${service}.SetTargetPools`, { fingerprint: '' }],
    [`${service}.ListManagedInstances`],
    [`${service}.ListErrors`],
    [`${service}.UpdatePerInstanceConfigs`, configs],
    [`${service}.ListPerInstanceConfigs`],
    [`${service}.PatchPerInstanceConfigs`, configs],
    [`${service}.ListManagedInstances`],
    [`${service}.DeletePerInstanceConfigs`, { names: ['MEMBER_NAME'] }],
    [`${service}.ApplyUpdatesToInstances`, { instances, minimalAction: 'REPLACE' }],
    [`${service}.RecreateInstances`, { instances }],
    [`${service}.CreateInstances`, { instances: [{ name: `a-${member.toLowerCase()}` }] }],
    [`${service}.AbandonInstances`, { instances }],
    [`${service}.DeleteInstances`, { instances }],
    [`${service}.Get`],
  ].map(([call, body, query]) => [call, body, query] as Step);
}

/** Every change that has its own method. `fingerprint` and `labelFingerprint` are filled in with the current ones. */
const CHANGES: readonly Step[] = [
  ...groupChanges('InstanceGroupManagers'),
  ...groupChanges('RegionInstanceGroupManagers'),
  ['Instances.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['Instances.SetTags', { items: ['web'], fingerprint: '' }],
  ['Instances.SetMetadata', { items: [{ key: 'greeting', value: 'hi' }], fingerprint: '' }],
  ['Instances.GetSerialPortOutput', undefined, { port: 1, start: 0 }],
  ['Instances.Reset'],
  ['Instances.Stop'],
  ['Instances.Start'],
  ['Instances.AttachDisk', { source: `${ZONE}/disks/data`, deviceName: 'data', mode: 'READ_WRITE' }],
  ['Instances.Get'],
  ['Disks.Get'],
  ['Instances.DetachDisk', undefined, { deviceName: 'data' }],
  ['Instances.AttachDisk', { source: `${ZONE}/disks/data`, deviceName: 'read', mode: 'READ_ONLY' }],
  ['Instances.Get'],
  ['Instances.DetachDisk', undefined, { deviceName: 'read' }],
  ['Disks.CreateSnapshot', { name: 'later' }, { disk: 'data' }],
  ['Snapshots.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['Autoscalers.Patch', { autoscalingPolicy: { maxNumReplicas: 4 } }, { autoscaler: 'a' }],
  [
    'Autoscalers.Update',
    { target: `${ZONE}/instanceGroupManagers/a`, autoscalingPolicy: SCALING },
    { autoscaler: 'a' },
  ],
  ['RegionAutoscalers.Patch', { autoscalingPolicy: { maxNumReplicas: 4 } }, { autoscaler: 'a' }],
  [
    'RegionAutoscalers.Update',
    { target: `${REGION}/instanceGroupManagers/a`, autoscalingPolicy: SCALING },
    { autoscaler: 'a' },
  ],
  ['Networks.Patch', { routingConfig: { routingMode: 'GLOBAL' } }],
  ['Networks.SwitchToCustomMode'],
  ['Subnetworks.Patch', { fingerprint: '', privateIpGoogleAccess: true }],
  ['Subnetworks.ExpandIpCidrRange', { ipCidrRange: '10.9.0.0/23' }],
  ['Subnetworks.SetPrivateIpGoogleAccess', { privateIpGoogleAccess: false }],
  ['Firewalls.Patch', { priority: 900 }],
  ['Firewalls.Update', { network: `${GLOBAL}/networks/a`, denied: [{ IPProtocol: 'udp' }], targetTags: ['web'] }],
  ['Images.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['Images.Patch', { description: 'An image' }],
  ['Images.Deprecate', { state: 'DEPRECATED', replacement: `${GLOBAL}/images/debian-12-nodejs-v1` }],
  ['Images.Deprecate', { state: 'ACTIVE' }],
  ['HealthChecks.Patch', { checkIntervalSec: 10 }],
  ['HealthChecks.Update', { type: 'TCP', tcpHealthCheck: { portSpecification: 'USE_SERVING_PORT' } }],
  ['RegionHealthChecks.Patch', { checkIntervalSec: 10 }],
  ['RegionHealthChecks.Update', { type: 'SSL' }],
  ['TargetPools.AddInstance', { instances: [{ instance: 'ZONAL' }] }],
  ['TargetPools.GetHealth', { instance: 'ZONAL' }],
  ['TargetPools.RemoveInstance', { instances: [{ instance: 'ZONAL' }] }],
  ['TargetPools.AddHealthCheck', { healthChecks: [{ healthCheck: `${GLOBAL}/httpHealthChecks/a` }] }],
  ['TargetPools.RemoveHealthCheck', { healthChecks: [{ healthCheck: `${GLOBAL}/httpHealthChecks/a` }] }],
  ['BackendServices.GetHealth', { group: `${REGION}/instanceGroups/a` }],
  ['BackendServices.Patch', { timeoutSec: 20 }],
  ['BackendServices.Update', { fingerprint: '', protocol: 'HTTP', sessionAffinity: 'GENERATED_COOKIE' }],
  ['RegionBackendServices.Patch', { backends: [{ group: `${REGION}/instanceGroups/a` }] }],
  ['RegionBackendServices.GetHealth', { group: `${REGION}/instanceGroups/a` }],
  ['RegionBackendServices.Update', { fingerprint: '', loadBalancingScheme: 'INTERNAL_MANAGED' }],
  ['UrlMaps.Patch', { description: 'Where requests go' }],
  ['UrlMaps.Update', { fingerprint: '', defaultService: `${GLOBAL}/backendServices/a` }],
  ['UrlMaps.Validate', { resource: { name: 'a', defaultService: `${GLOBAL}/backendServices/gone` } }],
  ['RegionUrlMaps.Patch', { description: 'Where requests go' }],
  ['RegionUrlMaps.Update', { fingerprint: '', defaultService: `${REGION}/backendServices/a` }],
  ['RegionUrlMaps.Validate', { resource: { name: 'a', defaultService: `${REGION}/backendServices/a` } }],
  ['TargetHttpProxies.Patch', { fingerprint: '', httpKeepAliveTimeoutSec: 20 }],
  ['TargetHttpProxies.SetUrlMap', { urlMap: `${GLOBAL}/urlMaps/a` }],
  ['RegionTargetHttpProxies.SetUrlMap', { urlMap: `${REGION}/urlMaps/a` }],
  ['TargetHttpsProxies.Patch', { fingerprint: '', httpKeepAliveTimeoutSec: 20 }],
  ['TargetHttpsProxies.SetUrlMap', { urlMap: `${GLOBAL}/urlMaps/a` }],
  ['TargetHttpsProxies.SetSslCertificates', { sslCertificates: [`${GLOBAL}/sslCertificates/a`] }],
  ['TargetHttpsProxies.SetQuicOverride', { quicOverride: 'DISABLE' }],
  ['RegionTargetHttpsProxies.Patch', { fingerprint: '', httpKeepAliveTimeoutSec: 20 }],
  ['RegionTargetHttpsProxies.SetUrlMap', { urlMap: `${REGION}/urlMaps/a` }],
  ['RegionTargetHttpsProxies.SetSslCertificates', { sslCertificates: [`${REGION}/sslCertificates/a`] }],
  ['TargetSslProxies.SetBackendService', { service: `${GLOBAL}/backendServices/stream` }],
  ['TargetSslProxies.SetProxyHeader', { proxyHeader: 'PROXY_V1' }],
  ['TargetSslProxies.SetSslCertificates', { sslCertificates: [`${GLOBAL}/sslCertificates/a`] }],
  ['TargetTcpProxies.SetBackendService', { service: `${GLOBAL}/backendServices/stream` }],
  ['TargetTcpProxies.SetProxyHeader', { proxyHeader: 'PROXY_V1' }],
  ['Addresses.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['GlobalAddresses.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['ForwardingRules.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['ForwardingRules.SetTarget', { target: `${REGION}/targetHttpsProxies/a` }],
  ['ForwardingRules.Patch', { fingerprint: '', allowGlobalAccess: true }],
  ['GlobalForwardingRules.SetLabels', { labels: { app: 'hello' }, labelFingerprint: '' }],
  ['GlobalForwardingRules.SetTarget', { target: `${GLOBAL}/targetHttpsProxies/a` }],
  ['GlobalForwardingRules.Patch', { fingerprint: '', description: 'In front' }],
  ['InstanceGroups.SetNamedPorts', { namedPorts: [{ name: 'http', port: 8080 }], fingerprint: '' }],
  ['InstanceGroups.ListInstances', { instanceState: 'ALL' }],
  ['RegionInstanceGroups.SetNamedPorts', { namedPorts: [{ name: 'http', port: 8080 }], fingerprint: '' }],
  ['RegionInstanceGroups.ListInstances', { instanceState: 'RUNNING' }],
];

/** Reads that are neither get nor list nor aggregatedList. */
const READS: readonly Step[] = [
  ['Images.GetFromFamily'],
  ['Projects.Get'],
  ['Regions.Get'],
  ['Regions.List'],
  ['Zones.Get'],
  ['Zones.List'],
  ['MachineTypes.List'],
  ['MachineTypes.AggregatedList'],
];

/** Services whose resources are made, changed and deleted here. */
const SERVICES = [...new Set(INSERTS.map(([call]) => call.split('.')[0] ?? ''))];
/** Collections that have no get of their own in what INSERTS made. */
const GROUPS = ['InstanceGroups', 'RegionInstanceGroups'];

let cloud: TestCloud;
let clients: ComputeClients;

beforeAll(async () => {
  cloud = new TestCloud();
  clients = new ComputeClients(cloud);
  await cloud.done('POST', 'global/httpHealthChecks', { name: 'a', port: 8080 });
}, 60_000);

function method(call: string): ComputeMethod {
  const found = METHODS.find(({ service, name }) => `${service}.${name}` === call);
  if (found === undefined) throw new Error(`The API has no ${call}.`);
  return found;
}

/** Where a method is called, of the resource with that name. */
function pathOf(call: string, name: string): string {
  return method(call).template.replaceAll(/\{([a-z0-9_]+)\}/g, (_, part: string) => PLACE[part] ?? name);
}

/** The request of a step: names in the path are `a`. */
function requestOf(step: Step): Record<string, unknown> {
  const [call, body, query] = step;
  const { template, body: field } = method(call);
  const names = [...template.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, name]) => camel(name ?? ''));
  const inPath = Object.fromEntries(names.map((name) => [name, PLACE[name] ?? 'a']));
  return { ...inPath, ...query, ...(field === undefined || body === undefined ? {} : { [field]: body }) };
}

async function run(step: Step): Promise<unknown> {
  const answer = await clients.call(method(step[0]), requestOf(step));
  await cloud.clock.advance(1000);
  return answer;
}

/** Path of a member of a managed group with which nothing is being done. */
async function memberOf(place: string): Promise<string> {
  const { body } = await cloud.api('POST', `${place}/instanceGroupManagers/a/listManagedInstances`);
  const idle = body['managedInstances']?.find(({ currentAction }) => String(currentAction) === 'NONE');
  const link = String(idle?.['instance']);
  return link.slice(link.indexOf('projects/'));
}

/** The step with the resource's own fingerprints, and the names of instances where it wants some. */
async function current(step: Step): Promise<Step> {
  const [call, body, query] = step;
  if (body === undefined) return step;
  const zonal = await memberOf('zones/us-central1-a');
  const regional = await memberOf('regions/us-central1');
  const member = call.startsWith('Region') ? regional : zonal;
  const text = JSON.stringify(body)
    .replaceAll('REGIONAL', regional)
    .replaceAll('ZONAL', zonal)
    .replaceAll('MEMBER_NAME', member.slice(member.lastIndexOf('/') + 1));
  const filled = JSON.parse(text) as Record<string, unknown>;
  const service = call.split('.')[0] ?? '';
  if (!('fingerprint' in filled || 'labelFingerprint' in filled)) return [call, filled, query];
  const got = (await run([`${service}.Get`])) as Record<string, unknown>;
  // Tags and metadata have fingerprints of their own.
  const [, part = ''] = /\.Set(Tags|Metadata)$/.exec(call) ?? [];
  const item = (got[part.toLowerCase()] ?? got) as Record<string, unknown>;
  for (const key of ['fingerprint', 'labelFingerprint']) {
    if (key in filled) filled[key] = item[key];
  }
  return [call, filled, query];
}

describe('every request and answer is as the messages of the installed client say', () => {
  test('inserts', async () => {
    for (const [call, body] of INSERTS) await run([call, { name: 'a', ...body }]);
    await cloud.clock.advance(20_000);
    expect(await memberOf('zones/us-central1-a')).toContain('/instances/a-');
    // A crash is what the lists of errors have to show.
    for (const { request } of [...cloud.runtime.running.values()]) cloud.runtime.crash(request.id);
    await cloud.clock.advance(100);
    expect(clients.problems).toEqual([]);
  }, 60_000);

  test('reads: one, a list, the list of all places', async () => {
    for (const service of [...SERVICES, ...GROUPS]) {
      const { answered } = clients;
      expect(await run([`${service}.Get`]), service).toMatchObject({ name: 'a' });
      const list = (await run([`${service}.List`, undefined, { maxResults: 1 }])) as { name?: string }[];
      expect(
        list.map(({ name }) => name),
        service,
      ).toContain('a');
      const aggregated = METHODS.find((each) => each.service === service && each.name === 'AggregatedList');
      if (aggregated !== undefined) await run([`${service}.AggregatedList`, undefined, { filter: 'name eq a' }]);
      expect(answered).toContain(`${service}.List`);
    }
    for (const step of READS) await run(step);
    await clients.call(method('MachineTypes.Get'), { ...PLACE, machineType: 'e2-micro' });
    expect(clients.problems).toEqual([]);
  }, 60_000);

  test('operations: get, wait, list, delete, in every kind of place', async () => {
    for (const [service, maker] of [
      ['GlobalOperations', 'HealthChecks.Patch'],
      ['RegionOperations', 'RegionHealthChecks.Patch'],
      ['ZoneOperations', 'InstanceGroups.SetNamedPorts'],
    ] as const) {
      const body = maker.startsWith('Instance') ? { namedPorts: [] } : { description: service };
      const { name: operation } = (await run([maker, body])) as { name: string };
      for (const verb of ['Get', 'Wait', 'Delete']) {
        await clients.call(method(`${service}.${verb}`), { ...PLACE, operation });
      }
      expect((await cloud.call('GET', pathOf(`${service}.Get`, operation))).status).toBe(404);
      await run([`${service}.List`, undefined, { orderBy: 'creationTimestamp desc', maxResults: 3 }]);
    }
    await run(['GlobalOperations.AggregatedList']);
    expect(clients.problems).toEqual([]);
  }, 60_000);

  test('changes', async () => {
    for (const step of CHANGES) {
      await run(await current(step));
      await cloud.clock.advance(15_000);
    }
    expect(clients.problems).toEqual([]);
    expect(await run(['HealthChecks.Get'])).toMatchObject({ type: 'TCP', tcpHealthCheck: { proxyHeader: 'NONE' } });
    expect(await run(['GlobalForwardingRules.Get'])).toMatchObject({
      portRange: '80-80',
      labels: { app: 'hello' },
      target: expect.stringContaining('/targetHttpsProxies/a'),
    });
  }, 60_000);

  test('what this cloud does not do is answered with 501 and a sentence, what it does not have with 404', async () => {
    const done = new Set([...clients.answered, ...SERVICES.map((service) => `${service}.Delete`)]);
    for (const each of METHODS) {
      const path = pathOf(`${each.service}.${each.name}`, 'a');
      if (done.has(`${each.service}.${each.name}`) || ![...SERVICES, ...GROUPS].includes(each.service)) continue;
      const { status, body } = await cloud.call(each.verb, path, each.body === undefined ? undefined : {});
      // A word in the place of a name is taken for one.
      const asName = /\/(listUsable|bulkInsert|bulkSetLabels|stopGroupAsyncReplication)$/.test(path);
      expect([path, status]).toEqual([path, asName ? 404 : 501]);
      expect(body['error']).toMatchObject({ message: expect.stringMatching(/.{20,}/) });
    }
    const { status, body } = await cloud.api('GET', 'global/routers');
    expect(status).toBe(404);
    expect(body['error']).toMatchObject({ message: expect.stringContaining('Its collections are addresses,') });
  });

  test('deletes, each refused while something uses it', async () => {
    await expect(run(['BackendServices.Delete'])).rejects.toThrow('is already being used by');
    await expect(run(['UrlMaps.Delete'])).rejects.toThrow('is already being used by');
    for (const service of SERVICES.toReversed()) {
      for (const [call, body] of INSERTS.filter(([each]) => each === `${service}.Insert`).toReversed()) {
        const request = requestOf([call.replace('.Insert', '.Delete')]);
        const own = Object.keys(request).find((key) => PLACE[key] === undefined) ?? '';
        const named = { ...request, [own]: body?.['name'] ?? 'a' };
        await clients.call(method(`${service}.Delete`), named);
        await cloud.clock.advance(15_000);
        expect((await cloud.call('GET', pathOf(`${service}.Get`, String(named[own])))).status).toBe(404);
      }
    }
    expect(clients.problems).toEqual([]);
  }, 60_000);
});

describe('the check itself', () => {
  test('finds unknown fields, wrong types and words outside an enumeration', () => {
    const insert = method('UrlMaps.Insert');
    expect(
      requestProblems(insert, { project: 'p' }, JSON.stringify({ name: 'a', defaultService: 1, extra: {} })),
    ).toEqual(['body.defaultService: must be a text, and is 1', 'body.extra: UrlMap has no such field']);
    expect(requestProblems(insert, { project: 'p', dryRun: 'x' }, '{}')).toEqual([
      'query.dryRun: InsertUrlMapRequest has no such field',
    ]);
    const get = method('BackendServices.Get');
    expect(responseProblems(get, { id: 7, protocol: 'GOPHER', backends: {}, connectionDraining: [] })).toEqual([
      'BackendService.id: must be a whole number as text, and is 7',
      expect.stringContaining('BackendService.protocol: must be one of'),
      'BackendService.backends: must be a list',
      'BackendService.connectionDraining: must be an object',
    ]);
  });
});
