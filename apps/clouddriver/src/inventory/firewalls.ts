import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';

/** What a firewall is chosen by. */
export function summaryOf({ id, name, network, sourceTags, targetTags }: SecurityGroup) {
  return {
    id,
    name,
    network,
    ...(sourceTags ? { sourceTags } : {}),
    ...(targetTags ? { targetTags } : {}),
  };
}

/** Firewalls by account, cloud and region, as Spinnaker's clients want them. */
export function groupedFirewalls(all: readonly SecurityGroup[]) {
  const grouped: Record<string, Record<string, Record<string, ReturnType<typeof summaryOf>[]>>> = {};
  for (const one of all) {
    const ofAccount = (grouped[one.account] ??= {});
    const ofCloud = (ofAccount[one.cloudProvider] ??= {});
    (ofCloud[one.region] ??= []).push(summaryOf(one));
  }
  return grouped;
}

/** Does a firewall apply to a group's instances? The cloud says so in the group's view. */
function appliesTo(firewall: SecurityGroup, group: ServerGroup): boolean {
  const names: unknown = group['securityGroups'];
  return firewall.account === group.account && Array.isArray(names) && names.includes(firewall.name);
}

/** Firewalls that concern an application: named after it, or applying to one of its server groups. */
export function firewallsOf(
  application: string,
  groups: readonly ServerGroup[],
  firewalls: readonly SecurityGroup[],
): (SecurityGroup & { serverGroups: { account: string; region: string; name: string }[] })[] {
  return firewalls.flatMap((firewall) => {
    const serverGroups = groups
      .filter((group) => appliesTo(firewall, group))
      .map(({ account, region, name }) => ({ account, region, name }));
    const own = (firewall.application ?? parseName(firewall.name)?.app) === application;
    return own || serverGroups.length > 0 ? [{ ...firewall, serverGroups }] : [];
  });
}
