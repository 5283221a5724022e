import type { Place } from './collections.ts';
import { forwardingRule, type RuleFields } from './rule.ts';
import type { UpsertLoadBalancer } from './schema.ts';
import { type Assembly, backendService, type Found, onlyService, portsOf, rangeText, type Wanted } from './wanted.ts';

/** Connections of a region's network handed on as they are. */
export const assembleInternal: Assembly = (d, found) => {
  const ports = internalPorts(d);
  const own = { loadBalancingScheme: 'INTERNAL', ...(ports ? { ports } : {}) };
  return layers(d, found, own, { ports: ['80'] }, Number(ports?.[0] ?? 80), true);
};

/** Connections from everywhere handed on as they are, over a backend service of a region. */
export const assembleTcpPassThrough: Assembly = (d, found) => {
  const range = d.portRange === undefined ? undefined : rangeText(d.portRange);
  const own = { loadBalancingScheme: 'EXTERNAL', ...(range ? { portRange: range } : {}) };
  return layers(d, found, own, { portRange: '8080-8080' }, Number((range ?? '8080').split('-')[0]), false);
};

function layers(
  d: UpsertLoadBalancer,
  found: Found,
  own: RuleFields,
  initial: Readonly<Record<string, unknown>>,
  port: number,
  inNetwork: boolean,
): readonly Wanted[] {
  const service = onlyService(d, found);
  const protocol = d.ipProtocol ?? 'TCP';
  const place: Place = { collection: 'backendServices', region: d.region, name: service.name };
  const kind = { protocol, loadBalancingScheme: own.loadBalancingScheme, named: false };
  const rule = forwardingRule(
    d,
    found,
    d.region,
    place,
    { ...own, ...(d.ipProtocol ? { IPProtocol: d.ipProtocol } : {}) },
    inNetwork,
  );
  return [
    ...backendService(found, d.region, service, kind, port),
    { ...rule, initial: { ...rule.initial, ...initial, ...rule.fields } },
  ];
}

/** The ports of an internal load balancer: `ports`, or those of `portRange`. */
export function internalPorts(d: UpsertLoadBalancer): string[] | undefined {
  if (d.ports?.length) return d.ports.map(String);
  if (d.portRange === undefined) return undefined;
  const range = portsOf(d.portRange);
  return range ? Array.from({ length: range.to - range.from + 1 }, (_, index) => String(range.from + index)) : [];
}
