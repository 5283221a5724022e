import { z } from 'zod';
import type { Compute } from './compute.ts';
import { lastPart, machineTypeSchema, networkSchema, regionSchema, subnetworkSchema } from './resources.ts';

/** Where instances are to be, and of what kind. */
export interface Placement {
  readonly region: string;
  /** Zones that were asked for by name; none: Google chooses in the region. */
  readonly zones: readonly string[];
  readonly instanceType: string;
  readonly preemptible?: boolean | null | undefined;
  /** Not looked up when absent. */
  readonly network?: string | null | undefined;
  readonly subnet?: string | null | undefined;
  /** Instances that come in addition to those there are. */
  readonly more: number;
}

const typeInZoneSchema = machineTypeSchema.extend({ zone: z.string().nullish() });

/** What stands against instances being made there: one sentence each, with what to do. */
export async function placementProblems(compute: Compute, wanted: Placement): Promise<string[]> {
  const [region, types, network, subnet] = await Promise.all([
    compute.find('Regions', 'get', { region: wanted.region }, regionSchema),
    wanted.instanceType.includes('custom-')
      ? null
      : compute.aggregated('MachineTypes', 'machineTypes', typeInZoneSchema, {
          filter: `name = ${wanted.instanceType}`,
          // Where Google chooses, a zone that does not answer is no obstacle.
          needed: wanted.zones,
        }),
    networkProblem(compute, wanted),
    subnetProblem(compute, wanted),
  ]);
  if (!region) return [`region ${wanted.region} does not exist in project ${compute.project}`];
  const known = (region.zones ?? []).map(lastPart);
  const strange = wanted.zones.filter((zone) => !known.includes(zone));
  if (strange.length > 0) return [`zone ${strange.join(', ')} is not in ${wanted.region}; use ${known.join(', ')}`];
  const named = types?.filter((type) => type.name === wanted.instanceType);
  return [
    ...typeProblems(wanted, known, named),
    ...network,
    ...subnet,
    ...quotaProblems(wanted, region.quotas ?? [], named?.[0]?.guestCpus ?? customCpus(wanted.instanceType)),
  ];
}

function typeProblems(
  { instanceType, region, zones }: Placement,
  known: readonly string[],
  types: readonly z.output<typeof typeInZoneSchema>[] | undefined,
): string[] {
  if (!types) return [];
  const offering = types.map((type) => lastPart(type.zone)).filter((zone) => known.includes(zone));
  if (offering.length === 0)
    return [`instanceType ${instanceType} does not exist in ${region}; choose one of its machine types`];
  const without = zones.filter((zone) => !offering.includes(zone));
  return without.length === 0
    ? []
    : [`instanceType ${instanceType} does not exist in ${without.join(', ')}; take another type, or other zones`];
}

async function networkProblem(compute: Compute, { network }: Placement): Promise<string[]> {
  // A link may lead to another project's network, which this account need not be able to read.
  if (!network || network.includes('/')) return [];
  const found = await compute.find('Networks', 'get', { network }, networkSchema);
  return found
    ? []
    : [`network ${network} does not exist in project ${compute.project}; make it first or correct the name`];
}

async function subnetProblem(compute: Compute, { region, network, subnet }: Placement): Promise<string[]> {
  if (!subnet || subnet.includes('/')) return [];
  const found = await compute.find('Subnetworks', 'get', { region, subnetwork: subnet }, subnetworkSchema);
  if (!found) return [`subnet ${subnet} does not exist in ${region}; make it first or correct the name`];
  const of = lastPart(found.network);
  return network && of && of !== lastPart(network)
    ? [`subnet ${subnet} is one of network ${of}, not of ${lastPart(network)}; correct one of the two`]
    : [];
}

interface QuotaEntry {
  readonly metric?: string | null | undefined;
  readonly limit?: number | null | undefined;
  readonly usage?: number | null | undefined;
}

/**
 * What processors of a machine family are counted in, of the metrics that regions list
 * (https://cloud.google.com/compute/resource-usage#cpu_quota). Those of other families are counted per family, which
 * regions do not list.
 */
const CPU_METRICS: Readonly<Record<string, string>> = {
  e2: 'CPUS',
  n1: 'CPUS',
  f1: 'CPUS',
  g1: 'CPUS',
  custom: 'CPUS',
  n2: 'N2_CPUS',
  n2d: 'N2D_CPUS',
  c2: 'C2_CPUS',
  c2d: 'C2D_CPUS',
  c3: 'C3_CPUS',
  t2a: 'T2A_CPUS',
  t2d: 'T2D_CPUS',
  a2: 'A2_CPUS',
  m1: 'M1_CPUS',
  m2: 'M2_CPUS',
  m3: 'M3_CPUS',
};
/** What preemptible processors of any family are counted in, once a region has such a quota. */
const PREEMPTIBLE = 'PREEMPTIBLE_CPUS';

function cpuMetric(
  { instanceType, preemptible }: Pick<Placement, 'instanceType' | 'preemptible'>,
  quotas: readonly QuotaEntry[],
): string | undefined {
  if (preemptible && quotas.some(({ metric, limit }) => metric === PREEMPTIBLE && (limit ?? 0) > 0)) return PREEMPTIBLE;
  return CPU_METRICS[instanceType.split('-')[0] ?? ''];
}

/** Quotas that the asked instances would go beyond. Metrics that the region does not list are held against nobody. */
export function quotaProblems(
  { region, more, instanceType, preemptible }: Pick<Placement, 'region' | 'more' | 'instanceType' | 'preemptible'>,
  quotas: readonly QuotaEntry[],
  cpus: number | null,
): string[] {
  const processors = cpuMetric({ instanceType, preemptible }, quotas);
  const needs = {
    INSTANCES: more,
    ...(cpus === null || processors === undefined ? {} : { [processors]: more * cpus }),
  };
  return Object.entries(needs).flatMap(([metric, needed]) => {
    const quota = quotas.find((entry) => entry.metric === metric);
    if (!quota || needed <= 0) return [];
    const { limit, usage } = { limit: quota.limit ?? 0, usage: quota.usage ?? 0 };
    if (usage + needed <= limit) return [];
    return [
      `quota ${metric} of ${region} is ${limit}, of which ${usage} are used, and ${more} more of ${instanceType} need ${needed}; ask Google for more, or make fewer or smaller instances`,
    ];
  });
}

/** Processors that a custom type's name says: `n2-custom-4-8192`. */
function customCpus(instanceType: string): number | null {
  const cpus = Number(/custom-(\d+)-/.exec(instanceType)?.[1]);
  return Number.isInteger(cpus) ? cpus : null;
}
