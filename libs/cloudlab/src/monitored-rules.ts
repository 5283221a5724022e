import { lastPart, pathOf, splitPath } from './path.ts';
import type { Store } from './store.ts';

/** The part of Google's metric types that stands before the last slash, by kind of load balancer. */
export type MetricFamily = 'https' | 'https/internal' | 'https/external/regional' | 'tcp_ssl_proxy';

/** A forwarding rule as a monitored resource: what its series are labelled with besides the backend. */
export interface MonitoredRule {
  readonly family: MetricFamily;
  /** E.g. `https_lb_rule`. */
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
}

const RESOURCE_TYPES: Readonly<Record<MetricFamily, string>> = {
  https: 'https_lb_rule',
  'https/internal': 'internal_http_lb_rule',
  'https/external/regional': 'http_external_regional_lb_rule',
  tcp_ssl_proxy: 'tcp_ssl_proxy_rule',
};

/** The type of the monitored resources of a family. */
export const resourceTypeOf = (family: MetricFamily): string => RESOURCE_TYPES[family];

/** Rules that are kept in mind when they are gone. */
const KEPT = 1_000;

/** Forwarding rules that load balancers with counters have, those that are gone too. */
export class MonitoredRules {
  readonly #known = new Map<string, MonitoredRule>();

  /** Takes note of what there is now. */
  learn(store: Store): void {
    for (const [path] of store.list('forwardingRules', 'projects/')) {
      const rule = monitoredRule(store, path);
      this.#known.delete(path);
      if (rule !== undefined) this.#known.set(path, rule);
    }
    for (const path of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      if (store.get('forwardingRules', path) === undefined) this.#known.delete(path);
    }
  }

  /** Undefined when it passes packets through, which Google counts by the packet. */
  get(path: string): MonitoredRule | undefined {
    return this.#known.get(path);
  }
}

function monitoredRule(store: Store, path: string): MonitoredRule | undefined {
  const rule = store.get('forwardingRules', path);
  const place = splitPath(path);
  if (rule?.target === undefined || place === undefined) return undefined;
  const { project, kind, location } = place.scope;
  const target = pathOf(rule.target, project, 'target');
  const region = kind === 'global' ? 'global' : location;
  const common = {
    project_id: project,
    region,
    forwarding_rule_name: place.name,
    target_proxy_name: lastPart(target),
  };
  const collection = splitPath(target)?.collection;
  if (collection === 'targetTcpProxies' || collection === 'targetSslProxies')
    return { family: 'tcp_ssl_proxy', type: RESOURCE_TYPES.tcp_ssl_proxy, labels: common };
  if (collection !== 'targetHttpProxies' && collection !== 'targetHttpsProxies') return undefined;
  const family =
    rule.loadBalancingScheme === 'INTERNAL_MANAGED'
      ? 'https/internal'
      : kind === 'global'
        ? 'https'
        : 'https/external/regional';
  const network = rule.network === undefined ? {} : { network_name: lastPart(rule.network) };
  const urlMap = store.get(collection, target)?.urlMap ?? '';
  return {
    family,
    type: RESOURCE_TYPES[family],
    labels: {
      ...common,
      ...(family === 'https' ? {} : network),
      url_map_name: lastPart(urlMap),
      matched_url_path_rule: 'UNMATCHED',
    },
  };
}
