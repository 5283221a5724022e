import type { Instance, LoadBalancer } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';
import type { CloudInventory, InventorySnapshot, ObservedServerGroup } from '@gennaker/extension-sdk/cloud';
import { backendGroups } from './backends.ts';
import type { Compute } from './compute.ts';
import { GceFailure } from './errors.ts';
import { addressOf, findGroup, findTemplate, instanceGroupLink, listGroups, regionOf } from './groups.ts';
import { type BalancerHealth, instanceView } from './instances.ts';
import { findLoadBalancer, listLoadBalancers, portRangeOf, type TcpLoadBalancer } from './load-balancers.ts';
import {
  backendHealthSchema,
  type ComputeInstance,
  type Group,
  type HealthCheck,
  healthCheckSchema,
  imageSchema,
  instanceSchema,
  lastPart,
  managedInstanceSchema,
  metadataList,
  metadataValue,
  sameResource,
  type Template,
  templateSchema,
} from './resources.ts';
import { buildInfoOf } from './build-info.ts';

/** How many groups' instances are asked for at once. */
const PARALLEL = 4;

/** Reads of one account. */
export function gceInventory(compute: Compute): CloudInventory & {
  loadBalancer(region: string, name: string): Promise<LoadBalancer | null>;
} {
  return {
    snapshot: () => snapshot(compute),
    serverGroup: (region, name) => oneServerGroup(compute, region, name),
    instance: (region, id) => oneInstance(compute, region, id),
    loadBalancer: (region, name) => oneLoadBalancer(compute, region, name),
  };
}

async function snapshot(compute: Compute): Promise<InventorySnapshot> {
  const [groups, instances, templates, ...balancers] = await Promise.all([
    listGroups(compute),
    compute.aggregated('Instances', 'instances', instanceSchema),
    compute.list('InstanceTemplates', 'list', {}, templateSchema),
    ...compute.account.regions.map((region) => listLoadBalancers(compute, region)),
  ]);
  const all = balancers.flat();
  const checks = await healthChecks(compute, all);
  const mine = groups.filter((group) => compute.account.regions.includes(regionOf(group)));
  const serverGroups = await eachOf(mine, (group) =>
    serverGroupView(
      compute,
      group,
      templates.find((template) => template.name === lastPart(group.instanceTemplate)) ?? null,
      all,
      checks,
      instances,
    ),
  );
  return {
    serverGroups,
    loadBalancers: all.map((balancer) => loadBalancerView(compute, balancer, checks, serverGroups)),
  };
}

async function oneServerGroup(compute: Compute, region: string, name: string): Promise<ObservedServerGroup | null> {
  const group = await findGroup(compute, region, name);
  if (!group) return null;
  const [template, balancers, instances] = await Promise.all([
    findTemplate(compute, group.instanceTemplate),
    listLoadBalancers(compute, region),
    compute.aggregated('Instances', 'instances', instanceSchema, `name eq "${group.baseInstanceName ?? name}-.*"`),
  ]);
  const behind = balancers.filter(({ service }) => holds(service, group));
  return serverGroupView(compute, group, template, balancers, await healthChecks(compute, behind), instances);
}

async function oneLoadBalancer(compute: Compute, region: string, name: string): Promise<LoadBalancer | null> {
  const balancer = await findLoadBalancer(compute, region, name);
  if (!balancer) return null;
  const groups = await eachOf(backendGroups(balancer.service), (link) =>
    oneServerGroup(compute, region, lastPart(link)),
  );
  const found = groups.filter((group) => group !== null);
  return loadBalancerView(compute, balancer, await healthChecks(compute, [balancer]), found);
}

async function oneInstance(compute: Compute, region: string, id: string): Promise<Instance | null> {
  const found = (await compute.aggregated('Instances', 'instances', instanceSchema, `name = ${id}`)).find(
    (instance) => instance.name === id,
  );
  if (!found) return null;
  const creator = metadataValue(found.metadata, 'created-by');
  const groupName = creator ? lastPart(creator) : id.replace(/-[a-z0-9]{4}$/, '');
  const group = await oneServerGroup(compute, region, groupName);
  const view = group?.view.instances.find((instance) => instance.name === id);
  const zone = lastPart(found.zone);
  return {
    ...(view ?? instanceView({ name: id, instance: found.selfLink }, found, [])),
    ...(group && view ? { serverGroup: group.view.name, moniker: group.view.moniker } : {}),
    cloudProvider: 'gce',
    account: compute.account.name,
    region,
    instanceId: id,
    instanceType: lastPart(found.machineType),
    placement: { availabilityZone: zone },
    networkInterfaces: found.networkInterfaces ?? [],
    metadata: Object.fromEntries((found.metadata?.items ?? []).map((item) => [item.key ?? '', item.value ?? ''])),
    labels: found.labels ?? {},
    status: found.status,
  };
}

const holds = (service: TcpLoadBalancer['service'], group: Group): boolean =>
  backendGroups(service).some((link) => sameResource(link, instanceGroupLink(group)));

/** Health checks by name, each read once. */
async function healthChecks(
  compute: Compute,
  balancers: readonly TcpLoadBalancer[],
): Promise<ReadonlyMap<string, HealthCheck>> {
  const wanted = new Map<string, { region: string; healthCheck: string }>();
  for (const { rule, service } of balancers)
    for (const link of service.healthChecks ?? [])
      if (/\/regions\//.test(link)) wanted.set(link, { region: lastPart(rule.region), healthCheck: lastPart(link) });
  const found = await eachOf([...wanted], async ([link, request]) => {
    const check = await compute.find('RegionHealthChecks', 'get', request, healthCheckSchema);
    return check ? ([[link, check]] as const) : [];
  });
  return new Map(found.flat());
}

async function serverGroupView(
  compute: Compute,
  group: Group,
  template: Template | null,
  balancers: readonly TcpLoadBalancer[],
  checks: ReadonlyMap<string, HealthCheck>,
  instances: readonly ComputeInstance[],
): Promise<ObservedServerGroup> {
  const region = regionOf(group);
  const address = addressOf(group);
  const link = instanceGroupLink(group);
  const behind = balancers.filter(({ service }) => holds(service, group));
  const [managed, ...health] = await Promise.all([
    compute
      .list(
        address.service,
        'listManagedInstances',
        { ...address.scope, instanceGroupManager: group.name },
        managedInstanceSchema,
      )
      .catch(goneMeans([])),
    ...behind.map(async ({ rule, service }): Promise<BalancerHealth> => {
      const answer = await compute
        .get(
          'RegionBackendServices',
          'getHealth',
          { region, backendService: service.name, resourceGroupReferenceResource: { group: link } },
          backendHealthSchema,
        )
        .catch(goneMeans({ healthStatus: [] }));
      return {
        loadBalancer: rule.name,
        check: checks.get(service.healthChecks?.[0] ?? '') ?? null,
        states: answer.healthStatus ?? [],
      };
    }),
  ]);
  const views = managed.map((entry) => {
    const name = entry.name ?? lastPart(entry.instance);
    return instanceView(entry, instances.find((instance) => instance.name === name) ?? null, health);
  });
  const image = lastPart(
    template?.properties?.disks?.find((disk) => disk.boot !== false)?.initializeParams?.sourceImage,
  );
  const moniker = parseName(group.name) ?? { app: group.name, cluster: group.name };
  const size = group.targetSize ?? views.length;
  const metadata = template?.properties?.metadata;
  const configured = metadataList(metadata, 'load-balancer-names');
  const active = behind.map(({ rule }) => rule.name);
  const counted = (state: string) => views.filter((view) => view.healthState === state).length;
  const buildInfo = image ? await imageBuildInfo(compute, image) : undefined;
  const problem = views.find((view) => view.reason?.summary.startsWith('Google could not start'))?.reason;
  return {
    traffic: { configured, active },
    view: {
      name: group.name,
      account: compute.account.name,
      region,
      cluster: moniker.cluster,
      application: moniker.app,
      stack: moniker.stack,
      freeFormDetail: moniker.detail,
      cloudProvider: 'gce',
      type: 'gce',
      createdTime: Date.parse(group.creationTimestamp ?? '') || 0,
      isDisabled: configured.length > 0 && active.length === 0,
      seenAt: compute.now(),
      moniker,
      regional: !group.zone,
      zones: [
        ...new Set(
          group.zone
            ? [lastPart(group.zone)]
            : [
                ...(group.distributionPolicy?.zones ?? []).map((entry) => lastPart(entry.zone)),
                ...views.flatMap((view) => view.zone ?? []),
              ],
        ),
      ],
      capacity: { min: size, max: size, desired: size },
      instanceCounts: {
        total: views.length,
        up: counted('Up'),
        down: counted('Down'),
        starting: counted('Starting'),
        outOfService: counted('OutOfService'),
        unknown: counted('Unknown'),
      },
      instances: views,
      loadBalancers: [...new Set([...configured, ...active])],
      securityGroups: [],
      instanceType: lastPart(template?.properties?.machineType),
      launchConfig: {
        launchConfigurationName: template?.name,
        imageId: image,
        instanceType: template?.properties?.machineType,
      },
      ...(image ? { image } : {}),
      ...(buildInfo ? { buildInfo } : {}),
      namedPorts: Object.fromEntries((group.namedPorts ?? []).map((entry) => [entry.name ?? '', entry.port])),
      labels: template?.properties?.labels ?? {},
      tags: template?.properties?.tags?.items ?? [],
      stable: group.status?.isStable ?? false,
      ...(problem ? { reason: problem } : {}),
      ...(group.currentActions ? { currentActions: plainNumbers(group.currentActions) } : {}),
      'load-balancer-port': metadataValue(metadata, 'port'),
    },
  };
}

function loadBalancerView(
  compute: Compute,
  { rule, service }: TcpLoadBalancer,
  checks: ReadonlyMap<string, HealthCheck>,
  groups: readonly ObservedServerGroup[],
): LoadBalancer {
  const region = lastPart(rule.region);
  const check = checks.get(service.healthChecks?.[0] ?? '');
  const port = portRangeOf(rule);
  return {
    name: rule.name,
    account: compute.account.name,
    region,
    cloudProvider: 'gce',
    type: 'gce',
    loadBalancerType: 'TCP',
    loadBalancingScheme: rule.loadBalancingScheme ?? undefined,
    createdTime: Date.parse(rule.creationTimestamp ?? '') || 0,
    seenAt: compute.now(),
    ...(rule.IPAddress ? { ipAddress: rule.IPAddress } : {}),
    ipProtocol: rule.IPProtocol ?? 'TCP',
    ...(port ? { portRange: port } : {}),
    backendService: {
      name: service.name,
      sessionAffinity: service.sessionAffinity ?? 'NONE',
      connectionDrainingTimeoutSec: service.connectionDraining?.drainingTimeoutSec ?? 0,
    },
    ...(check
      ? {
          healthCheck: {
            name: check.name,
            healthCheckType: check.type,
            port: check.httpHealthCheck?.port ?? check.tcpHealthCheck?.port,
            requestPath: check.httpHealthCheck?.requestPath,
            checkIntervalSec: check.checkIntervalSec,
            timeoutSec: check.timeoutSec,
            healthyThreshold: check.healthyThreshold,
            unhealthyThreshold: check.unhealthyThreshold,
          },
        }
      : {}),
    serverGroups: groups
      .filter(
        ({ view, traffic }) =>
          view.region === region && (traffic.active.includes(rule.name) || traffic.configured.includes(rule.name)),
      )
      .map(({ view, traffic }) => ({
        name: view.name,
        account: view.account,
        region,
        cloudProvider: 'gce',
        isDisabled: !traffic.active.includes(rule.name),
        detachedInstances: [],
        instances: view.instances.map((instance) => ({
          id: instance.id,
          name: instance.name,
          zone: instance.zone,
          healthState: instance.healthState,
          health: balancerHealth(instance, rule.name),
          ...(instance.reason ? { reason: instance.reason } : {}),
        })),
      })),
  };
}

function balancerHealth(instance: Instance, loadBalancer: string): Record<string, unknown> {
  for (const entry of instance.health) {
    const lines = entry['loadBalancers'];
    if (!Array.isArray(lines)) continue;
    for (const line of lines as Record<string, unknown>[]) if (line['loadBalancerName'] === loadBalancer) return line;
  }
  return { state: 'OutOfService' };
}

/** What a bake wrote into its image; images never change, so that each is read once. */
const builds = new WeakMap<Compute, Map<string, Record<string, unknown> | undefined>>();
async function imageBuildInfo(compute: Compute, image: string): Promise<Record<string, unknown> | undefined> {
  const known = builds.get(compute) ?? new Map<string, Record<string, unknown> | undefined>();
  builds.set(compute, known);
  if (!known.has(image)) {
    const found = await compute.find('Images', 'get', { image }, imageSchema);
    if (!found) return undefined;
    if (known.size > 1_000) known.clear();
    known.set(image, buildInfoOf(found.description, found.labels));
  }
  return known.get(image);
}

const plainNumbers = (actions: Record<string, unknown>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(actions).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );

/** What is deleted between two reads of one view is not there, which is no failure of the view. */
function goneMeans<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof GceFailure && ['notFound', 'invalid'].includes(error.gce.reason)) return nothing;
    throw error;
  };
}

/** Runs at most PARALLEL at a time, results in order. */
async function eachOf<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  return results;
}
