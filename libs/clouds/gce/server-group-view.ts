import type { Capacity, Instance } from '@gennaker/contracts/cloud-views';
import { parseName } from '@gennaker/contracts/moniker';
import type { ObservedServerGroup } from '@gennaker/extension-sdk/cloud';
import { buildInfoOf } from './build-info.ts';
import type { Compute } from './compute.ts';
import { failedAs } from './errors.ts';
import { groupProblems } from './group-problems.ts';
import { addressOf, instanceGroupLink, managedInstances, regionOf } from './groups.ts';
import { instanceView } from './instances.ts';
import type { LoadBalancer } from './load-balancers/balancer.ts';
import { balancerHealth, goneMeans } from './load-balancers/health.ts';
import type { Checks } from './load-balancers/view.ts';
import {
  type Autoscaler,
  type ComputeInstance,
  type Group,
  imageSchema,
  lastPart,
  type ManagedInstance,
  metadataList,
  metadataValue,
  projectOf,
  type Template,
  withoutHelpers,
} from './resources.ts';
import { type Firewall, firewallsOf } from './security-groups/firewalls.ts';
import { isBehind } from './traffic/targets.ts';
import { policyFrom } from './traffic/wanted.ts';

/** What a view of a server group is made of. */
export interface ServerGroupParts {
  readonly group: Group;
  readonly template: Template | null;
  /** At least those that the group is behind. */
  readonly balancers: readonly LoadBalancer[];
  readonly checks: Checks;
  /** At least the group's own. */
  readonly instances: readonly ComputeInstance[];
  readonly firewalls: readonly Firewall[];
  readonly autoscaler: Autoscaler | null;
}

/** Load balancers that a template's groups are made for. */
export function configuredFor(template: Template | null): string[] {
  const metadata = template?.properties?.metadata;
  return [...metadataList(metadata, 'load-balancer-names'), ...metadataList(metadata, 'global-load-balancer-names')];
}

/** A server group in Gate's shape, with the health that its load balancers see. */
export async function serverGroupView(compute: Compute, parts: ServerGroupParts): Promise<ObservedServerGroup> {
  const { group, template, balancers, checks, instances, firewalls } = parts;
  const scaling = parts.autoscaler?.autoscalingPolicy ?? null;
  const healing = group.autoHealingPolicies?.[0];
  const region = regionOf(group);
  const address = addressOf(group);
  const link = instanceGroupLink(group);
  const behind = balancers.filter((balancer) => isBehind(balancer, group, link));
  const managed = await managedInstances(compute, address, group.name).catch(goneMeans([]));
  const health = await balancerHealth(
    compute,
    [...behind, ...balancersOfMembers(parts, behind, managed)],
    checks,
    link,
    managed,
  );
  const views = managed.map((entry) => {
    const name = entry.name ?? lastPart(entry.instance);
    return instanceView(entry, instances.find((instance) => instance.name === name) ?? null, health);
  });
  const imageLink = imageLinkOf(template);
  const image = lastPart(imageLink);
  const moniker = parseName(group.name) ?? { app: group.name, cluster: group.name };
  const size = group.targetSize ?? views.length;
  const capacity = { min: scaling?.minNumReplicas ?? size, max: scaling?.maxNumReplicas ?? size, desired: size };
  const messages = (parts.autoscaler?.statusDetails ?? []).flatMap(({ message }) => (message ? [message] : []));
  const configured = configuredFor(template);
  const active = [...new Set(behind.map(({ rule }) => rule.name))];
  const buildInfo = imageLink ? await imageBuildInfo(compute, imageLink) : undefined;
  const problems = groupProblems(managed);
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
      zones: zonesOf(group, views),
      capacity,
      ...(scaling ? { autoscalingPolicy: { mode: 'ON', ...scaling } } : {}),
      ...(messages.length > 0 ? { autoscalingMessages: messages } : {}),
      ...(healing
        ? { autoHealingPolicy: { ...withoutHelpers(healing), healthCheck: lastPart(healing.healthCheck) } }
        : {}),
      ...placesView(group),
      ...(group.statefulPolicy ? { statefulPolicy: withoutHelpers(group.statefulPolicy) } : {}),
      selfLink: group.selfLink,
      instanceCounts: instanceCounts(views),
      instances: views,
      loadBalancers: [...new Set([...configured, ...active])],
      securityGroups: firewallsOf(firewalls, template),
      ...launchView(template, capacity),
      ...(image
        ? {
            image,
            imageSummary: {
              serverGroupName: group.name,
              imageName: image,
              imageId: imageLink,
              ...(buildInfo ? { buildInfo } : {}),
            },
          }
        : {}),
      ...(buildInfo ? { buildInfo } : {}),
      namedPorts: Object.fromEntries((group.namedPorts ?? []).map((entry) => [entry.name ?? '', entry.port])),
      stable: group.status?.isStable ?? false,
      ...(problem ? { reason: problem } : {}),
      ...(problems.length > 0 ? { problems } : {}),
      ...(group.currentActions ? { currentActions: plainNumbers(group.currentActions) } : {}),
    },
  };
}

/** Link of the image that a template's instances boot from. */
function imageLinkOf(template: Template | null): string | null | undefined {
  const boot = template?.properties?.disks?.find((disk) => disk.boot !== false);
  return boot?.initializeParams?.sourceImage;
}

/** What a group's template says of its instances. Its metadata is not shown whole: it may be large, and hold secrets. */
function launchView(template: Template | null, capacity: Capacity) {
  const properties = template?.properties;
  const metadata = properties?.metadata;
  const network = lastPart(properties?.networkInterfaces?.[0]?.network);
  const serviceAccounts = withoutHelpers(properties?.serviceAccounts ?? []);
  const tags = properties?.tags?.items ?? [];
  const policy = policyFrom(metadataValue(metadata, 'load-balancing-policy'));
  const asgNames = ASG_NAMES.map((key) => [key, metadataList(metadata, key)] as const);
  return {
    instanceType: lastPart(properties?.machineType),
    launchConfig: {
      launchConfigurationName: template?.name,
      createdTime: Date.parse(template?.creationTimestamp ?? '') || undefined,
      imageId: lastPart(imageLinkOf(template)),
      instanceType: properties?.machineType,
      ...(properties?.minCpuPlatform ? { minCpuPlatform: properties.minCpuPlatform } : {}),
    },
    asg: {
      minSize: capacity.min,
      maxSize: capacity.max,
      desiredCapacity: capacity.desired,
      ...Object.fromEntries(asgNames.filter(([, names]) => names.length > 0)),
      ...(policy ? { 'load-balancing-policy': policy } : {}),
    },
    ...(policy ? { loadBalancingPolicy: policy } : {}),
    selectZones: metadataValue(metadata, 'select-zones') === 'true',
    canIpForward: properties?.canIpForward ?? false,
    ...withoutHelpers(properties?.shieldedInstanceConfig ?? {}),
    networkName: network,
    labels: properties?.labels ?? {},
    tags,
    instanceTemplateLabels: properties?.labels ?? {},
    instanceTemplateTags: tags,
    instanceTemplateServiceAccounts: serviceAccounts,
    providerMetadata: { tags, serviceAccounts, networkName: network },
    disks: (properties?.disks ?? []).map(({ initializeParams }) => ({
      type: lastPart(initializeParams?.diskType),
      ...(initializeParams?.diskSizeGb ? { sizeGb: Number(initializeParams.diskSizeGb) } : {}),
    })),
    'load-balancer-port': metadataValue(metadata, 'port'),
  };
}

/** Lists of names in a template's metadata, as Spinnaker's `asg` shows them. */
const ASG_NAMES = [
  'load-balancer-names',
  'global-load-balancer-names',
  'backend-service-names',
  'region-backend-service-names',
] as const;

/** How a group is spread over zones. */
function placesView({ distributionPolicy }: Group) {
  const zones = (distributionPolicy?.zones ?? []).map(({ zone }) => lastPart(zone));
  if (zones.length === 0) return {};
  const shape = distributionPolicy?.targetShape;
  return { distributionPolicy: { zones, ...(shape ? { targetShape: shape } : {}) } };
}

/** The group's own zones, and those that its instances are in. */
function zonesOf(group: Group, views: readonly Instance[]): string[] {
  if (group.zone) return [lastPart(group.zone)];
  const own = (group.distributionPolicy?.zones ?? []).map((entry) => lastPart(entry.zone));
  return [...new Set([...own, ...views.flatMap((view) => view.zone ?? [])])];
}

function instanceCounts(views: readonly Instance[]) {
  const counted = (state: string) => views.filter((view) => view.healthState === state).length;
  return {
    total: views.length,
    up: counted('Up'),
    down: counted('Down'),
    starting: counted('Starting'),
    outOfService: counted('OutOfService'),
    unknown: counted('Unknown'),
  };
}

/** Load balancers that single instances of the group were registered with, as those see these instances only. */
function balancersOfMembers(
  { balancers }: ServerGroupParts,
  behind: readonly LoadBalancer[],
  managed: readonly ManagedInstance[],
): LoadBalancer[] {
  const names = new Set(managed.map((entry) => lastPart(entry.instance)));
  return balancers.filter(
    (balancer) =>
      !behind.includes(balancer) && (balancer.pool?.instances ?? []).some((link) => names.has(lastPart(link))),
  );
}

/** What a bake wrote into an image, by its link; images never change, so that each is asked for once. */
const builds = new WeakMap<Compute, Map<string, Record<string, unknown> | undefined>>();
async function imageBuildInfo(compute: Compute, link: string): Promise<Record<string, unknown> | undefined> {
  const known = builds.get(compute) ?? new Map<string, Record<string, unknown> | undefined>();
  builds.set(compute, known);
  if (!known.has(link)) {
    const request = { project: projectOf(link) ?? compute.project, image: lastPart(link) };
    // Whoever may boot another project's image need not be allowed to read what it is.
    const found = await compute.find('Images', 'get', request, imageSchema).catch((error: unknown) => {
      if (failedAs(error, 'permission')) return null;
      throw error;
    });
    if (known.size > 1_000) known.clear();
    known.set(link, found ? buildInfoOf(found.description, found.labels) : undefined);
  }
  return known.get(link);
}

const plainNumbers = (actions: Record<string, unknown>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(actions).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
