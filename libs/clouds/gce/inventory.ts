import type { Instance, LoadBalancer as LoadBalancerView } from '@gennaker/contracts/clouddriver';
import { imageSchema, type SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { CloudInventory, InventorySnapshot, ObservedServerGroup } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { findAutoscaler, listAutoscalers } from './autoscalers.ts';
import {
  addressOf,
  findGroup,
  findInstance,
  findTemplate,
  listGroups,
  managedGroupLink,
  regionOf,
  regionOfZone,
  instanceGroupLink,
} from './groups.ts';
import { instanceView } from './instances.ts';
import { listChoices } from './load-balancers/choices.ts';
import { GLOBAL } from './load-balancers/collections.ts';
import { readChecks } from './load-balancers/health.ts';
import { findLoadBalancer, listLoadBalancers } from './load-balancers/read.ts';
import { loadBalancerView } from './load-balancers/view.ts';
import { findImages } from './lookups.ts';
import {
  type ComputeInstance,
  instanceSchema,
  lastPart,
  metadataValue,
  sameResource,
  templateSchema,
  withoutHelpers,
} from './resources.ts';
import {
  type Firewall,
  findFirewall,
  firewallsOf,
  listFirewalls,
  securityGroupView,
} from './security-groups/firewalls.ts';
import { configuredFor, serverGroupView } from './server-group-view.ts';
import { isBehind } from './traffic/targets.ts';

/** How many groups' instances are asked for at once. */
const PARALLEL = 4;
/** What changes seldom and by people's hands alone is looked at no more often than this, ms. */
const SELDOM_MS = 60_000;
/** Images that are kept of an account, the newest. */
const MOST_IMAGES = 500;

/** Reads of one account. */
export interface GceInventory extends CloudInventory {
  loadBalancer(region: string, name: string): Promise<LoadBalancerView | null>;
  securityGroup(name: string): Promise<SecurityGroup | null>;
}

/** Opens the reads of one account. */
export function gceInventory(compute: Compute): GceInventory {
  const firewalls = firewallMemory(compute);
  let seldom = Number.NEGATIVE_INFINITY;
  return {
    snapshot: async () => {
      const now = compute.now();
      const whole = now - seldom >= SELDOM_MS;
      const [groups, more] = await Promise.all([
        snapshot(compute, firewalls),
        whole ? seldomChanging(compute, firewalls) : undefined,
      ]);
      if (whole) seldom = now;
      return { ...groups, ...more };
    },
    serverGroup: (region, name) => oneServerGroup(compute, firewalls, region, name),
    instance: (region, id) => oneInstance(compute, firewalls, region, id),
    loadBalancer: (region, name) => oneLoadBalancer(compute, firewalls, region, name),
    securityGroup: async (name) => {
      const found = await findFirewall(compute, name);
      firewalls.forget();
      return found && securityGroupView(found, compute.account.name, compute.now());
    },
  };
}

/** The project's firewalls, as they were a while ago at most: which of them concern a group changes seldom. */
interface FirewallMemory {
  list(fresh?: boolean): Promise<readonly Firewall[]>;
  forget(): void;
}

function firewallMemory(compute: Compute): FirewallMemory {
  let known: { readonly at: number; readonly all: Promise<readonly Firewall[]> } | undefined;
  return {
    list(fresh = false) {
      if (known && !fresh && compute.now() - known.at < SELDOM_MS) return known.all;
      const all = listFirewalls(compute);
      known = { at: compute.now(), all };
      all.catch(() => (known = undefined));
      return all;
    },
    forget: () => (known = undefined),
  };
}

async function seldomChanging(compute: Compute, firewalls: FirewallMemory): Promise<Partial<InventorySnapshot>> {
  const [all, images, backendService, healthCheck, address, certificate] = await Promise.all([
    firewalls.list(true),
    findImages(compute, ''),
    listChoices(compute, 'backendService'),
    listChoices(compute, 'healthCheck'),
    listChoices(compute, 'address'),
    listChoices(compute, 'certificate'),
  ]);
  return {
    securityGroups: all.map((firewall) => securityGroupView(firewall, compute.account.name, compute.now())),
    images: images.slice(0, MOST_IMAGES).map((image) => imageSchema.parse(image)),
    resources: { backendService, healthCheck, address, certificate },
  };
}

async function snapshot(compute: Compute, firewalls: FirewallMemory): Promise<InventorySnapshot> {
  const [groups, instances, templates, balancers, rules, autoscalers] = await Promise.all([
    listGroups(compute),
    compute.aggregated('Instances', 'instances', instanceSchema),
    compute.list('InstanceTemplates', 'list', {}, templateSchema),
    listLoadBalancers(compute),
    firewalls.list(),
    listAutoscalers(compute),
  ]);
  const checks = await readChecks(compute, balancers);
  const mine = groups.filter((group) => compute.account.regions.includes(regionOf(group)));
  const byName = new Map(templates.map((template) => [template.name, template]));
  const serverGroups = await eachOf(mine, (group) =>
    serverGroupView(compute, {
      group,
      template: byName.get(lastPart(group.instanceTemplate)) ?? null,
      balancers,
      checks,
      instances,
      firewalls: rules,
      autoscaler: autoscalers.find(({ target }) => sameResource(target, managedGroupLink(group))) ?? null,
    }),
  );
  const frame = { account: compute.account.name, now: compute.now() };
  const members = new Set(
    serverGroups.flatMap(({ view }) => view.instances.map(({ zone, name }) => `${zone}/${name}`)),
  );
  const single = instances.filter(({ zone, name }) => {
    const place = lastPart(zone);
    return compute.account.regions.includes(regionOfZone(place)) && !members.has(`${place}/${name}`);
  });
  return {
    serverGroups,
    instances: single.map((found) => machineView(compute, found, rules)),
    loadBalancers: balancers.map((balancer) => loadBalancerView(balancer, checks, serverGroups, frame)),
  };
}

async function oneServerGroup(
  compute: Compute,
  firewalls: FirewallMemory,
  region: string,
  name: string,
): Promise<ObservedServerGroup | null> {
  const group = await findGroup(compute, region, name);
  if (!group) return null;
  const [template, balancers, instances, rules, autoscaler] = await Promise.all([
    findTemplate(compute, group.instanceTemplate),
    listLoadBalancers(compute),
    compute.aggregated('Instances', 'instances', instanceSchema, {
      filter: `name eq "${group.baseInstanceName ?? name}-.*"`,
      needed: [region],
    }),
    firewalls.list(),
    findAutoscaler(compute, addressOf(group), group),
  ]);
  const checks = await readChecks(compute, balancers);
  return serverGroupView(compute, { group, template, balancers, checks, instances, firewalls: rules, autoscaler });
}

async function oneLoadBalancer(
  compute: Compute,
  firewalls: FirewallMemory,
  region: string,
  name: string,
): Promise<LoadBalancerView | null> {
  const balancer = await findLoadBalancer(compute, region, name);
  if (!balancer) return null;
  const [groups, templates, checks, rules, instances] = await Promise.all([
    listGroups(compute),
    compute.list('InstanceTemplates', 'list', {}, templateSchema),
    readChecks(compute, [balancer]),
    firewalls.list(),
    compute.aggregated('Instances', 'instances', instanceSchema),
  ]);
  const byName = new Map(templates.map((template) => [template.name, template]));
  const concerned = groups.flatMap((group) => {
    const template = byName.get(lastPart(group.instanceTemplate)) ?? null;
    const here = balancer.region === GLOBAL || regionOf(group) === balancer.region;
    const meant = here && configuredFor(template).includes(name);
    return meant || isBehind(balancer, group, instanceGroupLink(group)) ? [{ group, template }] : [];
  });
  const views = await eachOf(concerned, async ({ group, template }) => {
    const autoscaler = await findAutoscaler(compute, addressOf(group), group);
    return serverGroupView(compute, {
      group,
      template,
      balancers: [balancer],
      checks,
      instances,
      firewalls: rules,
      autoscaler,
    });
  });
  return loadBalancerView(balancer, checks, views, { account: compute.account.name, now: compute.now() });
}

async function oneInstance(
  compute: Compute,
  firewalls: FirewallMemory,
  region: string,
  id: string,
): Promise<Instance | null> {
  const found = await findInstance(compute, region, id);
  if (!found) return null;
  const creator = metadataValue(found.metadata, 'created-by');
  const groupName = creator ? lastPart(creator) : id.replace(/-[a-z0-9]{4}$/, '');
  const group = await oneServerGroup(compute, firewalls, region, groupName);
  const view = group?.view.instances.find((instance) => instance.name === id);
  return {
    ...machineView(compute, found, await firewalls.list()),
    ...(group && view ? { ...view, serverGroup: group.view.name, moniker: group.view.moniker } : {}),
  };
}

/** A machine as it is by itself, whether it is of a group or not. */
function machineView(compute: Compute, machine: ComputeInstance, rules: readonly Firewall[]): Instance {
  const found = withoutHelpers(machine);
  const zone = lastPart(found.zone);
  const applied = firewallsOf(rules, { name: found.name, properties: found });
  return {
    ...instanceView({ name: found.name, instance: found.selfLink }, found, []),
    cloudProvider: 'gce',
    providerType: 'gce',
    account: compute.account.name,
    region: regionOfZone(zone),
    instanceId: found.name,
    gceId: String(found.id ?? ''),
    selfLink: found.selfLink,
    instanceType: lastPart(found.machineType),
    cpuPlatform: found['cpuPlatform'],
    disks: found['disks'] ?? [],
    serviceAccounts: found['serviceAccounts'] ?? [],
    tags: found.tags ?? { items: [] },
    securityGroups: applied.map((name) => ({ groupName: name, groupId: name })),
    placement: { availabilityZone: zone },
    networkInterfaces: found.networkInterfaces ?? [],
    metadata: Object.fromEntries((found.metadata?.items ?? []).map((item) => [item.key ?? '', item.value ?? ''])),
    labels: found.labels ?? {},
    status: found.status,
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
