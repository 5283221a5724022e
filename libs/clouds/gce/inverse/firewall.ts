import type { Inverse } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { lastPart } from '../resources.ts';
import { DEFAULT_PRIORITY, type Firewall, findFirewall, hasSource } from '../security-groups/firewalls.ts';

/** The firewall as it is now: brought back by its whole description, or removed where there is none. */
export async function inverseOfFirewall(
  compute: Compute,
  d: { readonly credentials: string; readonly securityGroupName: string },
): Promise<Inverse> {
  const { credentials, securityGroupName } = d;
  const found = await findFirewall(compute, securityGroupName);
  if (!found) return { operations: [{ deleteSecurityGroup: { credentials, securityGroupName } }] };
  const problem = problemOf(found);
  return problem
    ? { impossible: `Firewall ${securityGroupName} ${problem}, which is not ours to make; bring it back by hand` }
    : { operations: [{ upsertSecurityGroup: { credentials, securityGroupName, ...descriptionOf(found) } }] };
}

/** A deletion of what is not there changes nothing. */
export async function inverseOfFirewallRemoval(
  compute: Compute,
  d: { readonly credentials: string; readonly securityGroupName: string },
): Promise<Inverse> {
  return (await findFirewall(compute, d.securityGroupName)) ? inverseOfFirewall(compute, d) : { operations: [] };
}

function problemOf(firewall: Firewall): string | null {
  if (firewall.direction === 'EGRESS') return 'lets out';
  if (firewall.denied?.length) return 'denies';
  if (firewall.targetServiceAccounts?.length && firewall.targetTags?.length) return 'finds instances in two ways';
  return null;
}

function descriptionOf(firewall: Firewall) {
  return {
    ...(firewall.description ? { description: firewall.description } : {}),
    network: lastPart(firewall.network) || 'default',
    priority: firewall.priority ?? DEFAULT_PRIORITY,
    disabled: firewall.disabled ?? false,
    // No source at all means everywhere, which has to be said.
    sourceRanges: hasSource(firewall) ? (firewall.sourceRanges ?? []) : ['0.0.0.0/0'],
    sourceTags: firewall.sourceTags ?? [],
    targetTags: firewall.targetTags ?? [],
    targetServiceAccounts: firewall.targetServiceAccounts ?? [],
    allowed: (firewall.allowed ?? []).map(({ IPProtocol, ports }) => ({
      ipProtocol: IPProtocol ?? 'all',
      portRanges: [...(ports ?? [])],
    })),
  };
}
