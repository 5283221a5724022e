import { linkTo, type Place } from './collections.ts';
import type { UpsertLoadBalancer } from './schema.ts';
import type { Found, Wanted } from './wanted.ts';

/** What is particular to the forwarding rule of a type. */
export interface RuleFields {
  readonly loadBalancingScheme: string;
  readonly IPProtocol?: string;
  readonly portRange?: string;
  readonly ports?: readonly string[];
}

/** The forwarding rule that leads to `to`. */
export function forwardingRule(
  d: UpsertLoadBalancer,
  found: Found,
  region: string,
  to: Place,
  own: RuleFields,
  inNetwork = false,
): Wanted {
  const link = linkTo(found.project, to);
  return {
    place: { collection: 'forwardingRules', region, name: d.loadBalancerName },
    fields: {
      ...own,
      ...(to.collection === 'backendServices' ? { backendService: link } : { target: link }),
      ...(found.address ? { IPAddress: found.address } : {}),
      ...(inNetwork && found.network ? { network: found.network } : {}),
      ...(inNetwork && found.subnetwork ? { subnetwork: found.subnetwork } : {}),
    },
    initial: { IPProtocol: 'TCP' },
  };
}
