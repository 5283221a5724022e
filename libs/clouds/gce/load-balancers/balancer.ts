import { type BackendService, type ForwardingRule, lastPart } from '../resources.ts';
import { GLOBAL, type Place, placeOf } from './collections.ts';
import type { TargetPool, TargetProxy, UrlMap } from './resources.ts';
import type { LoadBalancerType } from './schema.ts';

/** A load balancer: the forwarding rule that names it and everything that it leads to. */
export interface LoadBalancer {
  readonly type: LoadBalancerType;
  /** GLOBAL for those outside regions. */
  readonly region: string;
  readonly rule: ForwardingRule;
  readonly proxy: { readonly place: Place; readonly resource: TargetProxy } | null;
  readonly urlMap: UrlMap | null;
  /** In the order of the URL map, the default one first. */
  readonly services: readonly BackendService[];
  readonly pool: TargetPool | null;
}

/** Of which type a forwarding rule is, by what it leads to; null for what is no load balancer. */
export function typeOfRule(rule: ForwardingRule): LoadBalancerType | null {
  const target = placeOf(rule.target ?? rule.backendService);
  switch (target?.collection) {
    case 'targetHttpProxies':
    case 'targetHttpsProxies':
      return rule.region ? 'INTERNAL_MANAGED' : 'HTTP';
    case 'targetSslProxies':
      return 'SSL';
    case 'targetTcpProxies':
      return 'TCP';
    case 'targetPools':
      return 'NETWORK';
    case 'backendServices':
      return rule.loadBalancingScheme === 'INTERNAL' ? 'INTERNAL' : 'TCP';
    default:
      return null;
  }
}

/** The region of a rule, or GLOBAL. */
export function regionOfRule(rule: ForwardingRule): string {
  return rule.region ? lastPart(rule.region) : GLOBAL;
}

/** Links of the backend services that a URL map names, the default one first, each once. */
export function servicesOfUrlMap(map: UrlMap): string[] {
  const links = [
    map.defaultService,
    ...(map.pathMatchers ?? []).flatMap((matcher) => [
      matcher.defaultService,
      ...(matcher.pathRules ?? []).map((rule) => rule.service),
    ]),
  ];
  return [...new Set(links.filter((link): link is string => !!link))];
}

/** Does it hand connections on as they are, so that the backends see its own address and port? */
export function passesThrough(balancer: Pick<LoadBalancer, 'proxy'>): boolean {
  return balancer.proxy === null;
}

/** First port of a rule; undefined when it takes any. */
export function rulePort(rule: ForwardingRule): number | undefined {
  const text = rule.ports?.[0] ?? rule.portRange?.split('-')[0];
  const port = Number(text);
  return text && Number.isInteger(port) ? port : undefined;
}

/** Ports of a rule as Spinnaker shows them: `8080` or `80-90`. */
export function portRangeOf(rule: ForwardingRule): string | undefined {
  if (rule.ports?.length) return rule.ports.join(',');
  const [from, to] = rule.portRange?.split('-') ?? [];
  return from === to ? from : (rule.portRange ?? undefined);
}
