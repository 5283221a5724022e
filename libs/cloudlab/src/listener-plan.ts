import type { Backend, BackendService } from './backend-service-schema.ts';
import type {
  Affinity,
  GroupCapacity,
  TlsCertificate,
  TrafficFront,
  TrafficListener,
  TrafficService,
  TrafficTarget,
} from './data-plane.ts';
import type { ForwardingRule } from './forwarding-rule-schema.ts';
import { firewalls } from './instance-firewalls.ts';
import type { FirewallOf } from './instance-firewalls.ts';
import { pathOf, splitPath } from './path.ts';
import type { Store } from './store.ts';
import { PORTS_AT_MOST, groupHealth, poolHealth, portsOf } from './traffic-plan.ts';
import type { HealthOf, MemberHealth } from './traffic-plan.ts';
import { routeTable, servicesIn } from './url-routes.ts';

const POOL_DRAIN_MS = 300_000;
const DEFAULT_TIMEOUT_SEC = 30;
const DEFAULT_UTILIZATION = 0.8;
const RING_COOKIE_PATH = '/';

/** What the data plane should do now: out of the documents and of what the health checks found. */
export function planListeners(store: Store, healthOf: HealthOf): TrafficListener[] {
  const firewallOf = firewalls(store);
  return store.list('forwardingRules', 'projects/').flatMap(([path, rule]) => {
    const plan = planRule(store, rule, projectOf(path), healthOf, firewallOf);
    return plan.ports.map((port) => ({
      rule: path,
      address: rule.IPAddress,
      port,
      protocol: rule.IPProtocol === 'UDP' ? 'UDP' : 'TCP',
      front: plan.front,
      services: plan.services(port),
    }));
  });
}

interface RulePlan {
  readonly front: TrafficFront;
  readonly ports: readonly number[];
  readonly services: (port: number) => TrafficService[];
}

function planRule(
  store: Store,
  rule: ForwardingRule,
  project: string,
  healthOf: HealthOf,
  firewallOf: FirewallOf,
): RulePlan {
  const ports = portsOf(rule);
  const passThrough = { kind: 'pass-through' } as const;
  const service = (reference: string) => {
    const path = pathOf(reference, project, 'backendService');
    const document = store.get('backendServices', path);
    return (port: number | undefined): TrafficService[] =>
      document === undefined ? [] : [planService(store, path, document, port, healthOf, firewallOf)];
  };
  if (rule.backendService !== undefined) {
    const services = service(rule.backendService);
    return { front: passThrough, ports: portsIn(rule, ports, services(undefined)), services };
  }
  const target = rule.target === undefined ? undefined : pathOf(rule.target, project, 'target');
  const collection = target === undefined ? undefined : splitPath(target)?.collection;
  const nothing = { front: passThrough, ports, services: () => [] };
  if (target === undefined) return nothing;
  switch (collection) {
    case 'targetPools': {
      const services = (port: number | undefined) => planPool(store, target, port, healthOf, firewallOf);
      return { front: passThrough, ports: portsIn(rule, ports, services(undefined)), services };
    }
    case 'targetTcpProxies':
    case 'targetSslProxies': {
      const proxy = store.get(collection, target);
      if (proxy === undefined) return nothing;
      const tls =
        collection === 'targetSslProxies'
          ? certificatesOf(store, store.get(collection, target)?.sslCertificates ?? [], project)
          : undefined;
      const proxyHeader = proxy.proxyHeader === 'PROXY_V1';
      return { front: { kind: 'tcp', certificates: tls, proxyHeader }, ports, services: service(proxy.service) };
    }
    case 'targetHttpProxies':
    case 'targetHttpsProxies': {
      const proxy = store.get(collection, target);
      const map = proxy && store.get('urlMaps', pathOf(proxy.urlMap, project, 'urlMap'));
      if (proxy === undefined || map === undefined) return nothing;
      const tls =
        collection === 'targetHttpsProxies'
          ? certificatesOf(store, store.get(collection, target)?.sslCertificates ?? [], project)
          : undefined;
      const routes = routeTable(map, project);
      return {
        front: { kind: 'http', certificates: tls, routes, managed: rule.loadBalancingScheme.endsWith('_MANAGED') },
        ports,
        services: () => servicesIn(routes).flatMap((reference) => service(reference)(undefined)),
      };
    }
    default:
      return nothing;
  }
}

/**
 * The ports to listen on. A rule for many ports (1-65535, all ports) is for those that its instances serve: a machine
 * cannot listen on all for every rule.
 */
function portsIn(
  rule: ForwardingRule,
  narrow: readonly number[],
  services: readonly TrafficService[],
): readonly number[] {
  const [from = 1, to = from] = rule.allPorts === true ? [1, 65_535] : (rule.portRange ?? '0-0').split('-').map(Number);
  if (to - from < PORTS_AT_MOST) return narrow;
  const served = services.flatMap(({ groups }) =>
    groups.flatMap(({ targets }) => targets.map(({ port }) => port).filter((port) => from <= port && port <= to)),
  );
  return [...new Set(served)].sort((a, b) => a - b).slice(0, PORTS_AT_MOST);
}

function planPool(
  store: Store,
  path: string,
  port: number | undefined,
  healthOf: HealthOf,
  firewallOf: FirewallOf,
): TrafficService[] {
  const pool = store.get('targetPools', path);
  if (pool === undefined) return [];
  const targets = poolHealth(store, path, healthOf).map((each) => targetOf(each, port ?? each.port, firewallOf));
  return [
    {
      service: path,
      affinity: affinityOf(pool.sessionAffinity),
      within: 'ROUND_ROBIN',
      // A pool has no draining time of its own: what is removed from it ends by itself.
      drainMs: POOL_DRAIN_MS,
      tls: false,
      timeoutMs: DEFAULT_TIMEOUT_SEC * 1000,
      groups: [{ group: path, capacity: { mode: 'CONNECTION', scaler: 1 }, failover: false, targets }],
    },
  ];
}

function planService(
  store: Store,
  path: string,
  service: BackendService,
  rulePort: number | undefined,
  healthOf: HealthOf,
  firewallOf: FirewallOf,
): TrafficService {
  const project = projectOf(path);
  return {
    service: path,
    affinity: serviceAffinity(service),
    within: service.localityLbPolicy === 'LEAST_REQUEST' ? 'LEAST_REQUEST' : 'ROUND_ROBIN',
    drainMs: (service.connectionDraining?.drainingTimeoutSec ?? 0) * 1000,
    tls: service.protocol === 'HTTPS' || service.protocol === 'HTTP2' || service.protocol === 'SSL',
    timeoutMs: (service.timeoutSec ?? DEFAULT_TIMEOUT_SEC) * 1000,
    groups: service.backends.map((backend) => {
      const group = pathOf(backend.group, project, 'group');
      const named = store.get('instanceGroups', group)?.namedPorts.find(({ name }) => name === service.portName)?.port;
      const targets = groupHealth(store, path, service, group, healthOf).map((each) =>
        targetOf(each, named ?? rulePort ?? each.port, firewallOf),
      );
      return {
        group,
        capacity: capacityOf(backend, service.protocol, targets.length),
        failover: backend.failover === true,
        targets: backend.capacityScaler === 0 ? targets.map((each) => ({ ...each, accepts: false })) : targets,
      };
    }),
  };
}

/** Limits per instance count every instance of the group, healthy or not: that is how the group's target is reckoned. */
function capacityOf(backend: Backend, protocol: string | undefined, instances: number): GroupCapacity {
  const http = protocol === undefined || protocol.startsWith('HTTP');
  const mode = backend.balancingMode ?? (http ? 'UTILIZATION' : 'CONNECTION');
  const each = (limit: number | undefined): number | undefined => (limit === undefined ? undefined : limit * instances);
  return {
    mode,
    scaler: backend.capacityScaler ?? 1,
    rate: backend.maxRate ?? each(backend.maxRatePerInstance),
    connections: backend.maxConnections ?? each(backend.maxConnectionsPerInstance),
    utilization: backend.maxUtilization ?? (backend.balancingMode === 'UTILIZATION' ? DEFAULT_UTILIZATION : undefined),
  };
}

function serviceAffinity(service: BackendService): Affinity {
  const kind = service.sessionAffinity;
  if (kind === 'GENERATED_COOKIE') {
    const cookie = service.loadBalancingScheme === 'INTERNAL_MANAGED' ? 'GCILB' : 'GCLB';
    return { kind, cookie, ttlSec: service.affinityCookieTtlSec ?? 0 };
  }
  const cookie = service.consistentHash?.httpCookie;
  if (kind === 'HTTP_COOKIE' && cookie !== undefined) {
    return { kind, cookie: cookie.name, path: cookie.path ?? RING_COOKIE_PATH, ttlSec: cookie.ttl?.seconds };
  }
  const header = service.consistentHash?.httpHeaderName;
  if (kind === 'HEADER_FIELD' && header !== undefined) return { kind, header };
  return affinityOf(kind);
}

function affinityOf(kind: string | undefined): Affinity {
  switch (kind) {
    case 'CLIENT_IP':
    case 'CLIENT_IP_PROTO':
    case 'CLIENT_IP_PORT_PROTO':
    case 'CLIENT_IP_NO_DESTINATION':
      return { kind };
    default:
      return { kind: 'NONE' };
  }
}

function targetOf(health: MemberHealth, port: number, firewallOf: FirewallOf): TrafficTarget {
  const { instance, address, healthy } = health;
  return { instance, address, port, accepts: healthy, firewall: firewallOf(instance) };
}

function certificatesOf(store: Store, references: readonly string[], project: string): TlsCertificate[] {
  return references.flatMap((reference) => {
    const found = store.get('sslCertificates', pathOf(reference, project, 'sslCertificates'));
    return found === undefined ? [] : [{ certificate: found.certificate, privateKey: found.privateKey }];
  });
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}
