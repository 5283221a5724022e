import type { Compute } from './compute.ts';
import {
  type ComputeInstance,
  type Group,
  groupSchema,
  instanceSchema,
  lastPart,
  type ManagedInstance,
  managedInstanceSchema,
  type Template,
  templateSchema,
} from './resources.ts';

/** Where a managed instance group is: of a whole region, or of one zone. */
export interface GroupAddress {
  readonly service: 'RegionInstanceGroupManagers' | 'InstanceGroupManagers';
  /** `{region}` or `{zone}`, as requests want it. */
  readonly scope: { readonly region: string } | { readonly zone: string };
}

export const regionOfZone = (zone: string): string => zone.replace(/-[a-z]$/, '');

/** The region of a group. */
export function regionOf(group: Group): string {
  return group.region ? lastPart(group.region) : regionOfZone(lastPart(group.zone));
}

/** How the API addresses an existing group. */
export function addressOf(group: Group): GroupAddress {
  return group.zone
    ? { service: 'InstanceGroupManagers', scope: { zone: lastPart(group.zone) } }
    : { service: 'RegionInstanceGroupManagers', scope: { region: lastPart(group.region) } };
}

/** A group by region and name: the regional one, or else a zonal one in a zone of the region. */
export async function findGroup(
  compute: Compute,
  region: string,
  name: string,
  signal?: AbortSignal,
): Promise<Group | null> {
  const regional = await compute.find(
    'RegionInstanceGroupManagers',
    'get',
    { region, instanceGroupManager: name },
    groupSchema,
    signal,
  );
  if (regional) return regional;
  const all = await listGroups(compute, { filter: `name = ${name}`, needed: [region] });
  return all.find((group) => group.name === name && group.zone && regionOf(group) === region) ?? null;
}

/** An instance by region and name, of a group or not. */
export async function findInstance(compute: Compute, region: string, name: string): Promise<ComputeInstance | null> {
  const which = { filter: `name = ${name}`, needed: [region] };
  const all = await compute.aggregated('Instances', 'instances', instanceSchema, which);
  return all.find((one) => one.name === name && regionOfZone(lastPart(one.zone)) === region) ?? null;
}

/** Every group of the account, regional and zonal. `which`: as in `Compute.aggregated`. */
export function listGroups(compute: Compute, which?: Parameters<Compute['aggregated']>[3]): Promise<Group[]> {
  return compute.aggregated('InstanceGroupManagers', 'instanceGroupManagers', groupSchema, which);
}

/** The template of a group; null when it is gone. */
export function findTemplate(compute: Compute, url: string | null | undefined): Promise<Template | null> {
  if (!url) return Promise.resolve(null);
  return compute.find('InstanceTemplates', 'get', { instanceTemplate: lastPart(url) }, templateSchema);
}

/** The link that backends name: the instance group of a manager. */
export function instanceGroupLink(group: Group): string {
  return group.instanceGroup ?? (group.selfLink ?? '').replace('/instanceGroupManagers/', '/instanceGroups/');
}

/** Link of an instance group that is about to be made. */
export function plannedGroupPath(project: string, address: GroupAddress, name: string): string {
  const scope = 'region' in address.scope ? `regions/${address.scope.region}` : `zones/${address.scope.zone}`;
  return `projects/${project}/${scope}/instanceGroups/${name}`;
}

/** Members of a group, with what was tried last of each. */
export function managedInstances(compute: Compute, address: GroupAddress, name: string): Promise<ManagedInstance[]> {
  return compute.list(
    address.service,
    'listManagedInstances',
    { ...address.scope, instanceGroupManager: name },
    managedInstanceSchema,
  );
}

/** The region that an address is in. */
export function regionOfAddress(address: GroupAddress): string {
  return 'region' in address.scope ? address.scope.region : regionOfZone(address.scope.zone);
}

/** Link of a managed group, as autoscalers name their target. */
export function managedGroupLink(group: Group): string {
  return group.selfLink ?? instanceGroupLink(group).replace('/instanceGroups/', '/instanceGroupManagers/');
}

/** Path of a managed group below its project. */
export function groupPath(address: GroupAddress, name: string): string {
  const scope = 'region' in address.scope ? `regions/${address.scope.region}` : `zones/${address.scope.zone}`;
  return `${scope}/instanceGroupManagers/${name}`;
}
