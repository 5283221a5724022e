import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { buildInfoOf } from './build-info.ts';
import type { Compute } from './compute.ts';
import { failedAs } from './errors.ts';
import { imageProjects } from './images.ts';
import { type Image, imageSchema, lastPart, machineTypeSchema, networkSchema, regionSchema } from './resources.ts';

/**
 * Images whose name contains the query (any when empty; `*` stands for anything) and that have all of the labels, newest
 * first: those of the account's project and of its `imageProjects`, the first of each name.
 */
export async function findImages(
  compute: Compute,
  query: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<readonly JsonObject[]> {
  const pattern = new RegExp(query.split('*').map(escape).join('.*'), 'i');
  const wanted = Object.entries(labels);
  // Labels are looked at here: an own image that lacks them still takes the name from another project's that has them.
  const lists = await Promise.all(imageProjects(compute).map((project) => listImages(compute, project)));
  const byName = new Map(lists.toReversed().flatMap((images) => images.map((image) => [image.name, image])));
  return [...byName.values()]
    .filter((image) => pattern.test(image.name) && wanted.every(([key, value]) => image.labels?.[key] === value))
    .toSorted((a, b) => (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? ''))
    .map((image) => {
      const buildInfo = buildInfoOf(image.description, image.labels);
      return {
        account: compute.account.name,
        imageName: image.name,
        attributes: { creationDate: image.creationTimestamp ?? null },
        tags: image.labels ?? {},
        ...(image.family ? { family: image.family } : {}),
        ...(image.status ? { status: image.status } : {}),
        ...(buildInfo ? { buildInfo } : {}),
      };
    });
}

async function listImages(compute: Compute, project: string): Promise<readonly Image[]> {
  try {
    return await compute.list('Images', 'list', { project }, imageSchema);
  } catch (error) {
    // Whoever may use another project's images need not be allowed to list them.
    if (project !== compute.project && (failedAs(error, 'permission') || failedAs(error, 'notFound'))) return [];
    throw error;
  }
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Networks of the account. */
export async function listNetworks(compute: Compute): Promise<readonly JsonObject[]> {
  const networks = await compute.list('Networks', 'list', {}, networkSchema);
  return networks.map((network) => ({
    cloudProvider: 'gce',
    id: network.name,
    name: network.name,
    account: compute.account.name,
    region: 'global',
    selfLink: network.selfLink ?? null,
    autoCreateSubnets: network.autoCreateSubnetworks ?? false,
    subnets: (network.subnetworks ?? []).map(lastPart),
  }));
}

/** Machine types of the account's regions. */
export async function listMachineTypes(compute: Compute) {
  const types = await compute.aggregated('MachineTypes', 'machineTypes', machineTypeSchema);
  const byName = new Map(types.map((type) => [type.name, type]));
  return [...byName.values()].map((type) => ({
    name: type.name,
    account: compute.account.name,
    cloudProvider: 'gce',
    ...(type.description ? { description: type.description } : {}),
    cpus: type.guestCpus ?? null,
    memoryMb: type.memoryMb ?? null,
  }));
}

/** Zones of the account's regions. */
export async function listRegions(compute: Compute): Promise<{ name: string; zones: string[] }[]> {
  const regions = await compute.list('Regions', 'list', {}, regionSchema);
  return regions
    .filter((region) => compute.account.regions.includes(region.name))
    .map((region) => ({ name: region.name, zones: (region.zones ?? []).map(lastPart).toSorted() }));
}
