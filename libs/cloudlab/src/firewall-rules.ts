import { addressNumber, overlap, parseRange } from './address-range.ts';
import type { AddressRange } from './address-range.ts';
import type { Firewall } from './network-schema.ts';
import { pathOf } from './path.ts';

/** A rule for incoming traffic, made ready for asking often. */
export interface FirewallRule {
  readonly name: string;
  readonly allow: boolean;
  readonly sources: readonly AddressRange[];
  /** Lower-case protocol name or `all`, with port ranges or undefined for every port. */
  readonly traffic: readonly {
    readonly protocol: string;
    readonly ports: readonly (readonly [number, number])[] | undefined;
  }[];
}

/** An instance as firewalls see it. */
export interface Guarded {
  readonly address: string;
  readonly network: string;
  readonly tags: readonly string[];
}

/** Where Google's proxies and health checks come from. */
export const PROXY_SOURCES: readonly string[] = [
  '35.191.0.1',
  '130.211.0.1',
  // Network load balancers ask from here.
  '209.85.152.1',
  '209.85.204.1',
];

/** Every client is on this machine, which stands for the inside of the network: ranges of automatic subnetworks hold it. */
const INSIDE = '10.128.0.2';
const NUMBERS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '132': 'sctp', '1': 'icmp' };

/**
 * The rules for traffic to one instance, the most important first (lowest priority number; deny before allow).
 * @param firewalls every firewall with its project
 * @param others the instances whose tags rules may name as sources
 * @returns undefined when the instance's network has no rule at all
 */
export function rulesFor(
  instance: Guarded,
  firewalls: readonly { readonly project: string; readonly firewall: Firewall }[],
  others: readonly Guarded[],
): readonly FirewallRule[] | undefined {
  const ofNetwork = firewalls.filter(
    ({ project, firewall }) => pathOf(firewall.network, project, 'network') === instance.network,
  );
  if (ofNetwork.length === 0) return undefined;
  return ofNetwork
    .map(({ firewall }) => firewall)
    .filter(
      ({ direction, disabled, targetTags }) =>
        direction !== 'EGRESS' &&
        !disabled &&
        (targetTags === undefined || targetTags.length === 0 || targetTags.some((tag) => instance.tags.includes(tag))),
    )
    .sort((a, b) => a.priority - b.priority || Number(a.denied === undefined) - Number(b.denied === undefined))
    .map((firewall) => ruleOf(firewall, instance.network, others));
}

/** Answers that are remembered for one list of rules; each request asks, and there are few different questions. */
const ANSWERS_KEPT = 1000;
const answers = new WeakMap<readonly FirewallRule[], Map<string, boolean>>();

/** Whether the rules let traffic in that comes from any of these addresses. What no rule names stays out. */
export function admits(
  rules: readonly FirewallRule[] | undefined,
  sources: readonly string[],
  protocol: 'tcp' | 'udp',
  port: number,
): boolean {
  if (rules === undefined) return true;
  let known = answers.get(rules);
  if (known === undefined || known.size >= ANSWERS_KEPT) answers.set(rules, (known = new Map()));
  const question = `${protocol} ${port} ${sources.join(' ')}`;
  let answer = known.get(question);
  if (answer === undefined) known.set(question, (answer = decide(rules, sources, protocol, port)));
  return answer;
}

function decide(
  rules: readonly FirewallRule[],
  sources: readonly string[],
  protocol: 'tcp' | 'udp',
  port: number,
): boolean {
  const ranges = sources
    .flatMap((address) => (address.startsWith('127.') ? [address, INSIDE] : [address]))
    .flatMap((address) => {
      const first = addressNumber(address);
      return first === undefined ? [] : [{ first, prefix: 32 }];
    });
  const first = rules.find(
    (rule) =>
      rule.traffic.some(
        (each) =>
          (each.protocol === 'all' || each.protocol === protocol) &&
          (each.ports?.some(([from, to]) => from <= port && port <= to) ?? true),
      ) && rule.sources.some((source) => ranges.some((range) => overlap(source, range))),
  );
  return first?.allow ?? false;
}

function ruleOf(firewall: Firewall, network: string, others: readonly Guarded[]): FirewallRule {
  const { sourceRanges, sourceTags = [], allowed, denied } = firewall;
  const tagged = others.filter((each) => each.network === network && each.tags.some((tag) => sourceTags.includes(tag)));
  const everywhere = sourceRanges === undefined && sourceTags.length === 0;
  const texts = [...(everywhere ? ['0.0.0.0/0'] : (sourceRanges ?? [])), ...tagged.map(({ address }) => address)];
  return {
    name: firewall.name,
    allow: denied === undefined,
    sources: texts.flatMap((text) => parseRange(text) ?? []),
    traffic: (denied ?? allowed ?? []).map(({ IPProtocol, ports }) => ({
      protocol: NUMBERS[IPProtocol] ?? IPProtocol,
      ports:
        ports === undefined || ports.length === 0
          ? undefined
          : ports.map((text) => {
              const [from = 0, to = from] = text.split('-').map(Number);
              return [from, to] as const;
            }),
    })),
  };
}
