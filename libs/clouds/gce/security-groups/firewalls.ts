import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import { parseName } from '@gennaker/contracts/moniker';
import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { lastPart, type Template } from '../resources.ts';

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const rules = z.array(z.looseObject({ IPProtocol: text, ports: texts })).nullish();

export const firewallSchema = z.looseObject({
  name: z.string(),
  id: z.union([z.string(), z.number()]).nullish(),
  selfLink: text,
  description: text,
  network: text,
  direction: text,
  priority: z.number().nullish(),
  disabled: z.boolean().nullish(),
  sourceRanges: texts,
  destinationRanges: texts,
  sourceTags: texts,
  targetTags: texts,
  sourceServiceAccounts: texts,
  targetServiceAccounts: texts,
  allowed: rules,
  denied: rules,
});
export type Firewall = z.infer<typeof firewallSchema>;

/** Of a firewall that says none; the lowest one counts first. */
export const DEFAULT_PRIORITY = 1_000;

/** Whether it says from where; one that does not is for everywhere. */
export function hasSource({
  sourceRanges,
  sourceTags,
  sourceServiceAccounts,
}: Pick<Firewall, 'sourceRanges' | 'sourceTags' | 'sourceServiceAccounts'>): boolean {
  return [sourceRanges, sourceTags, sourceServiceAccounts].some((each) => each?.length);
}

/** All firewalls of the account's project. */
export function listFirewalls(compute: Compute): Promise<Firewall[]> {
  return compute.list('Firewalls', 'list', {}, firewallSchema);
}

/** One firewall; null when there is none. */
export function findFirewall(compute: Compute, name: string): Promise<Firewall | null> {
  return compute.find('Firewalls', 'get', { firewall: name }, firewallSchema);
}

/** A firewall in Gate's shape. `now`: epoch ms. */
export function securityGroupView(firewall: Firewall, account: string, now: number): SecurityGroup {
  const application = parseName(firewall.name)?.app;
  const outward = firewall.direction === 'EGRESS';
  const ranges = (outward ? firewall.destinationRanges : firewall.sourceRanges) ?? [];
  const lines = [
    ...(firewall.allowed ?? []).flatMap((rule) => linesOf(rule, ranges, {})),
    ...(firewall.denied ?? []).flatMap((rule) => linesOf(rule, ranges, { denied: true })),
  ];
  return {
    type: 'gce',
    cloudProvider: 'gce',
    id: firewall.name,
    name: firewall.name,
    account,
    accountName: account,
    region: 'global',
    network: lastPart(firewall.network) || 'default',
    seenAt: now,
    ...(application ? { application } : {}),
    ...(firewall.description ? { description: firewall.description } : {}),
    ...(firewall.selfLink ? { selfLink: firewall.selfLink } : {}),
    direction: outward ? 'EGRESS' : 'INGRESS',
    priority: firewall.priority ?? DEFAULT_PRIORITY,
    disabled: firewall.disabled ?? false,
    sourceRanges: firewall.sourceRanges ?? [],
    sourceTags: firewall.sourceTags ?? [],
    targetTags: firewall.targetTags ?? [],
    sourceServiceAccounts: firewall.sourceServiceAccounts ?? [],
    targetServiceAccounts: firewall.targetServiceAccounts ?? [],
    inboundRules: outward ? [] : lines,
    outboundRules: outward ? lines : [],
  };
}

function linesOf(
  rule: { readonly IPProtocol?: string | null | undefined; readonly ports?: readonly string[] | null | undefined },
  ranges: readonly string[],
  more: object,
) {
  const line = {
    protocol: rule.IPProtocol ?? 'all',
    portRanges: (rule.ports?.length ? rule.ports : ['1-65535']).map(portRange),
    ...more,
  };
  return ranges.length === 0
    ? [line]
    : ranges.map((range) => {
        const [ip = range, bits = ''] = range.split('/');
        return { ...line, range: { ip, cidr: bits ? `/${bits}` : '' } };
      });
}

function portRange(ports: string): { startPort: number; endPort: number } {
  const [start, end] = ports.split('-').map(Number);
  return { startPort: start ?? 1, endPort: end ?? start ?? 65_535 };
}

/** Names of the firewalls that concern the instances of a template: of its network, for all, for its tags or its account. */
export function firewallsOf(firewalls: readonly Firewall[], template: Template | null): string[] {
  const properties = template?.properties;
  if (!properties) return [];
  const networks = properties['networkInterfaces'];
  const network = lastPart(
    Array.isArray(networks) && isRecord(networks[0]) && typeof networks[0]['network'] === 'string'
      ? networks[0]['network']
      : 'default',
  );
  const tags = properties.tags?.items ?? [];
  const accounts = properties['serviceAccounts'];
  const emails = (Array.isArray(accounts) ? accounts : []).flatMap((each) =>
    isRecord(each) && typeof each['email'] === 'string' ? [each['email']] : [],
  );
  return firewalls
    .filter((firewall) => {
      if (firewall.disabled || lastPart(firewall.network) !== network) return false;
      const { targetTags, targetServiceAccounts } = firewall;
      if (!targetTags?.length && !targetServiceAccounts?.length) return true;
      return (
        (targetTags ?? []).some((tag) => tags.includes(tag)) ||
        (targetServiceAccounts ?? []).some((email) => emails.includes(email))
      );
    })
    .map((firewall) => firewall.name);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
