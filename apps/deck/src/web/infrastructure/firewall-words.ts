import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import { portsOf } from './routes.ts';

const isOutgoing = ({ direction }: SecurityGroup): boolean => direction === 'EGRESS';

function rulesOf(firewall: SecurityGroup): SecurityGroup['inboundRules'] {
  return isOutgoing(firewall) ? (firewall.outboundRules ?? []) : firewall.inboundRules;
}

const denies = (firewall: SecurityGroup): boolean => rulesOf(firewall).some(({ denied }) => denied === true);

/** Protocols with their ports, such as `tcp 8080, 9000-9010`; without ports: all of them. */
export function trafficOf(firewall: SecurityGroup): { ipProtocol: string; portRanges: string[] }[] {
  const rules = Map.groupBy(rulesOf(firewall), ({ protocol }) => protocol);
  return [...rules].map(([ipProtocol, lines]) => ({
    ipProtocol,
    portRanges: [
      ...new Set(
        lines
          .flatMap(({ portRanges }) => portRanges)
          .filter(({ startPort, endPort }) => startPort > 1 || endPort < 65_535)
          .map(({ startPort, endPort }) => portsOf(`${startPort}-${endPort}`)),
      ),
    ],
  }));
}

/** Addresses on the far side: where incoming traffic comes from, or outgoing goes to. */
export function rangesOf(firewall: SecurityGroup): string[] {
  return [...new Set(rulesOf(firewall).flatMap(({ range }) => (range ? [`${range.ip}${range.cidr}`] : [])))];
}

/** What becomes of which traffic: `Lets in` or `Denies out`, and such as `tcp 8080` or `icmp`. */
export function ruleWords(firewall: SecurityGroup): { readonly act: string; readonly traffic: string } {
  return {
    act: `${denies(firewall) ? 'Denies' : 'Lets'} ${isOutgoing(firewall) ? 'out' : 'in'}`,
    traffic: trafficOf(firewall)
      .map(({ ipProtocol, portRanges }) =>
        portRanges.length > 0 ? `${ipProtocol} ${portRanges.join(', ')}` : ipProtocol,
      )
      .join('; '),
  };
}

/** From where the traffic comes and whom it goes to. */
export function endsOf(firewall: SecurityGroup): { readonly from: string; readonly to: string } {
  const { sourceTags = [], sourceServiceAccounts = [], targetTags = [], targetServiceAccounts = [] } = firewall;
  const far = [...rangesOf(firewall), ...members(sourceTags, sourceServiceAccounts)].join(', ') || 'Anywhere';
  const near = members(targetTags, targetServiceAccounts).join(', ') || 'All of the network';
  return isOutgoing(firewall) ? { from: near, to: far } : { from: far, to: near };
}

const members = (tags: readonly string[], accounts: readonly string[]): string[] => [
  ...tags.map((tag) => `tag ${tag}`),
  ...accounts.map((account) => `service account ${account}`),
];

/** Why the operation on firewalls cannot describe this one; undefined when it can. */
export function beyondForms(firewall: SecurityGroup): string | undefined {
  const is = [...(denies(firewall) ? ['denies'] : []), ...(isOutgoing(firewall) ? ['is for outgoing traffic'] : [])];
  return is.length === 0
    ? undefined
    : `It ${is.join(' and ')}; only firewalls that let in are made and changed here. Change it with its cloud's own tools.`;
}
