import type { Compute } from './compute.ts';
import {
  type BackendService,
  backendServiceSchema,
  type ForwardingRule,
  forwardingRuleSchema,
  lastPart,
} from './resources.ts';

/** A load balancer: the forwarding rule that names it and the backend service behind it. */
export interface TcpLoadBalancer {
  readonly rule: ForwardingRule;
  readonly service: BackendService;
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

/** Backend services of a region. */
export function listBackendServices(compute: Compute, region: string): Promise<BackendService[]> {
  return compute.list('RegionBackendServices', 'list', { region }, backendServiceSchema);
}

/** Load balancers of a region: forwarding rules with a backend service. */
export async function listLoadBalancers(compute: Compute, region: string): Promise<TcpLoadBalancer[]> {
  const [rules, services] = await Promise.all([
    compute.list('ForwardingRules', 'list', { region }, forwardingRuleSchema),
    listBackendServices(compute, region),
  ]);
  return pair(rules, services);
}

/** One load balancer by its name; null when there is none. */
export async function findLoadBalancer(
  compute: Compute,
  region: string,
  name: string,
): Promise<TcpLoadBalancer | null> {
  const rule = await compute.find('ForwardingRules', 'get', { region, forwardingRule: name }, forwardingRuleSchema);
  if (!rule?.backendService) return null;
  const service = await compute.find(
    'RegionBackendServices',
    'get',
    { region, backendService: lastPart(rule.backendService) },
    backendServiceSchema,
  );
  return service && { rule, service };
}

function pair(rules: readonly ForwardingRule[], services: readonly BackendService[]): TcpLoadBalancer[] {
  return rules.flatMap((rule) => {
    const service = services.find((candidate) => candidate.name === lastPart(rule.backendService));
    return service ? [{ rule, service }] : [];
  });
}
