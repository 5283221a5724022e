import type { PreviewContext, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { addressOf, findTemplate, instanceGroupLink } from '../groups.ts';
import { type Group, metadataList, metadataValue } from '../resources.ts';
import { type LoadBalancingPolicy, loadBalancingPolicySchema, type ServerGroupOperation } from '../schema.ts';
import type { TrafficGroup, TrafficShare } from './attach.ts';
import { type ChosenBackends, findTargets, type TrafficTarget } from './targets.ts';

/** The traffic that a group is meant for. */
export interface WantedTraffic {
  readonly loadBalancers: readonly string[];
  readonly policy: LoadBalancingPolicy | null;
  readonly backends: ChosenBackends;
  /** Backend services by name alone, as only metadata keeps them. */
  readonly names: readonly string[];
  readonly percentage: number;
}

/** Load balancers and policy that a group is meant for: our record, or else its template's metadata. */
export async function wantedTraffic(
  compute: Compute,
  context: Pick<PreviewContext, 'getTraffic'>,
  d: ServerGroupOperation,
  group: Group,
): Promise<WantedTraffic> {
  const record = await context.getTraffic(d.region, d.serverGroupName);
  const metadata = (await findTemplate(compute, group.instanceTemplate))?.properties?.metadata;
  const names = [
    ...metadataList(metadata, 'backend-service-names'),
    ...metadataList(metadata, 'region-backend-service-names'),
  ];
  if (record)
    return {
      loadBalancers: record.loadBalancers,
      policy: policyOf(record),
      backends: record.backends ?? {},
      names,
      percentage: record.percentage ?? 100,
    };
  return {
    loadBalancers: [
      ...metadataList(metadata, 'load-balancer-names'),
      ...metadataList(metadata, 'global-load-balancer-names'),
    ],
    policy: policyFrom(metadataValue(metadata, 'load-balancing-policy')),
    backends: {},
    names,
    percentage: 100,
  };
}

/** The policy that a template's metadata holds as JSON; null for none that can be read. */
export function policyFrom(text: string | undefined): LoadBalancingPolicy | null {
  if (!text) return null;
  try {
    return loadBalancingPolicySchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function policyOf(record: TrafficRecord): LoadBalancingPolicy | null {
  return record.policy ? (loadBalancingPolicySchema.safeParse(record.policy).data ?? null) : null;
}

/** Where a group belongs by what it is meant for. @throws Error naming what of it does not exist */
export function wantedTargets(compute: Compute, region: string, wanted: WantedTraffic): Promise<TrafficTarget[]> {
  return findTargets(compute, region, wanted.loadBalancers, wanted.backends, wanted.names);
}

/** A group as it is put behind load balancers. */
export function trafficGroup(group: Group): TrafficGroup {
  return { name: group.name, link: instanceGroupLink(group), address: addressOf(group) };
}

/** How much of a group a record lets serve. */
export function shareOf(record: TrafficRecord): TrafficShare {
  return { policy: policyOf(record), percentage: record.percentage ?? 100 };
}

/** The record of traffic that is asked for. */
export function trafficRecord(
  wanted: Pick<WantedTraffic, 'policy' | 'backends'> & { readonly loadBalancers: readonly string[] },
  state: Pick<TrafficRecord, 'enabled' | 'percentage' | 'drainingUntil' | 'autoscalingMode'>,
): TrafficRecord {
  const { percentage = 100, enabled, drainingUntil, autoscalingMode } = state;
  return {
    loadBalancers: [...wanted.loadBalancers],
    enabled,
    ...(wanted.policy ? { policy: wanted.policy } : {}),
    ...(Object.keys(wanted.backends).length > 0 ? { backends: wanted.backends } : {}),
    ...(percentage < 100 ? { percentage } : {}),
    ...(drainingUntil === undefined ? {} : { drainingUntil }),
    ...(autoscalingMode === undefined ? {} : { autoscalingMode }),
  };
}
