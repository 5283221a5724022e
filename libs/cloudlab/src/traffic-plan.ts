import type { HealthState, ProbeTarget } from './health-prober.ts';
import { pathOf, splitPath } from './path.ts';
import type { BackendService } from './backend-service-schema.ts';
import { CHECK_FIELDS } from './health-check-schema.ts';
import { PROXY_SOURCES, admits } from './firewall-rules.ts';
import { firewalls } from './instance-firewalls.ts';
import type { Instance, NamedPort } from './resource.ts';
import type { ManagedRecord, Store } from './store.ts';

/** Health of one instance behind one backend, with the reason. */
export interface MemberHealth {
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  readonly healthy: boolean;
  readonly reason: string;
}

/** Looks a health check's finding up by ProbeTarget key. */
export type HealthOf = (key: string) => HealthState | undefined;

/** The instances of a group (path of the managed group or of its instance group) that still belong to it. */
export function membersOf(
  store: Store,
  groupPath: string,
): { instance: string; resource: Instance; record: ManagedRecord }[] {
  const manager = groupPath.replace('/instanceGroups/', '/instanceGroupManagers/');
  return Object.values(store.state.managed)
    .filter((record) => record.group === manager)
    .flatMap((record) => {
      const resource = store.get('instances', record.instance);
      return resource === undefined ? [] : [{ instance: record.instance, resource, record }];
    })
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
}

/** Whether the record's instance is on its way out. */
export function isLeaving(record: ManagedRecord): boolean {
  return record.action === 'DELETING' || record.action === 'RECREATING';
}

/** Listeners that one forwarding rule may have. */
export const PORTS_AT_MOST = 16;

/** Ports that a forwarding rule names, at most 16. */
export function portsOf(rule: {
  readonly portRange?: string | undefined;
  readonly ports?: readonly string[] | undefined;
}): number[] {
  const ranges = rule.ports !== undefined && rule.ports.length > 0 ? rule.ports : [rule.portRange ?? ''];
  return ranges
    .flatMap((range) => {
      const [from, to] = range.split('-').map(Number);
      if (from === undefined || Number.isNaN(from) || from < 1) return [];
      return Array.from({ length: Math.min(PORTS_AT_MOST, (to ?? from) - from + 1) }, (_, i) => from + i);
    })
    .slice(0, PORTS_AT_MOST);
}

/** Probes of every backend service, target pool and autohealing policy. */
export function planProbes(store: Store): ProbeTarget[] {
  const targets = new Map<string, ProbeTarget>();
  const firewallOf = firewalls(store);
  const add = (instance: string, target: ProbeTarget | undefined): void => {
    if (target === undefined) return;
    const { port } = target.probe;
    const open = admits(firewallOf(instance), [...PROXY_SOURCES, PROXY_ADDRESS], 'tcp', port);
    targets.set(target.key, open ? target : { ...target, denied: deniedProbe(port) });
  };
  for (const [path, service] of everywhere(store, 'backendServices')) {
    for (const { group } of service.backends) {
      const groupPath = pathOf(group, projectOf(path), 'group');
      const ports = namedPortsOf(store, groupPath);
      for (const member of running(store, groupPath)) {
        for (const check of service.healthChecks) {
          add(
            member.instance,
            probeOf(store, check, member, servingPort(store, path, service, ports, member.record), ports),
          );
        }
      }
    }
  }
  for (const [path, pool] of everywhere(store, 'targetPools')) {
    for (const reference of pool.instances) {
      const member = instanceAt(store, pathOf(reference, projectOf(path), 'instances'));
      if (member === undefined || member.resource.status !== 'RUNNING' || isLeaving(member.record)) continue;
      for (const check of pool.healthChecks)
        add(member.instance, probeOf(store, check, member, member.record.port, []));
    }
  }
  for (const [path, group] of everywhere(store, 'instanceGroupManagers')) {
    const check = group.autoHealingPolicies[0]?.healthCheck;
    if (check === undefined) continue;
    for (const member of running(store, path))
      add(member.instance, probeOf(store, check, member, member.record.port, group.namedPorts));
  }
  return [...targets.values()];
}

/** Health of a group's instances as a backend service sees it. */
export function groupHealth(
  store: Store,
  servicePath: string,
  service: BackendService,
  groupPath: string,
  healthOf: HealthOf,
): MemberHealth[] {
  const ports = namedPortsOf(store, groupPath);
  return membersOf(store, groupPath)
    .filter(({ record }) => !isLeaving(record))
    .map((member) => {
      const port = servingPort(store, servicePath, service, ports, member.record);
      return { ...verdict(store, service.healthChecks, member, port, ports, healthOf), port };
    });
}

/** Health of a target pool's instances. */
export function poolHealth(store: Store, poolPath: string, healthOf: HealthOf): MemberHealth[] {
  const pool = store.get('targetPools', poolPath);
  if (pool === undefined) return [];
  return pool.instances.flatMap((reference) => {
    const member = instanceAt(store, pathOf(reference, projectOf(poolPath), 'instances'));
    if (member === undefined || isLeaving(member.record)) return [];
    return [
      { ...verdict(store, pool.healthChecks, member, member.record.port, [], healthOf), port: member.record.port },
    ];
  });
}

/** Address that proxies and health checks of this cloud really come from. */
export const PROXY_ADDRESS = '127.0.0.1';

function deniedProbe(port: number): string {
  return (
    `The network's firewall rules keep health checks away from port ${port}. Allow tcp:${port} from 35.191.0.0/16 ` +
    'and 130.211.0.0/22 (network load balancers: 209.85.152.0/22 and 209.85.204.0/22 too).'
  );
}

interface Placed {
  readonly instance: string;
  readonly resource: Instance;
  readonly record: ManagedRecord;
}

function verdict(
  store: Store,
  checks: readonly string[],
  member: Placed,
  port: number,
  ports: readonly NamedPort[],
  healthOf: HealthOf,
): Omit<MemberHealth, 'port'> {
  const base = { instance: member.instance, address: addressOf(member.resource) };
  if (member.resource.status !== 'RUNNING') {
    return { ...base, healthy: false, reason: `The instance is ${member.resource.status}.` };
  }
  for (const check of checks) {
    const probe = probeOf(store, check, member, port, ports);
    const state = probe === undefined ? undefined : healthOf(probe.key);
    if (state?.state !== 'HEALTHY') {
      return { ...base, healthy: false, reason: state?.reason ?? 'No probe has answered yet.' };
    }
  }
  return {
    ...base,
    healthy: true,
    reason: checks.length === 0 ? 'It runs, and there is no health check.' : 'The health check passes.',
  };
}

/** The probe of one health check (global, regional or legacy) at one instance; undefined when the check is gone. */
export function probeOf(
  store: Store,
  checkReference: string,
  member: Placed,
  serving: number,
  ports: readonly NamedPort[],
): ProbeTarget | undefined {
  const path = pathOf(checkReference, projectOf(member.instance), 'healthChecks');
  const question = questionOf(store, path, serving, ports);
  if (question === undefined) return undefined;
  const { check, settings, type, port } = question;
  return {
    // The instance's id is part of the key: one that was recreated under its name has to prove itself anew.
    key: `${path} ${member.instance} ${member.resource.id} ${member.record.runningSince} ${port}`,
    probe: {
      type,
      port,
      path: settings.requestPath ?? '/',
      host: settings.host,
      request: settings.request,
      response: settings.response,
      proxyHeader: settings.proxyHeader === 'PROXY_V1',
      address: addressOf(member.resource),
      timeoutMs: check.timeoutSec * 1000,
    },
    intervalMs: check.checkIntervalSec * 1000,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
  };
}

/** What all kinds of health check may have set. */
interface CheckSettings {
  readonly port?: number | undefined;
  readonly portName?: string | undefined;
  readonly portSpecification?: string | undefined;
  readonly host?: string | undefined;
  readonly requestPath?: string | undefined;
  readonly request?: string | undefined;
  readonly response?: string | undefined;
  readonly proxyHeader?: string | undefined;
}

const USUAL_PORTS = { HTTP: 80, HTTPS: 443, HTTP2: 443, TCP: 80, SSL: 443 } as const;

function questionOf(store: Store, path: string, serving: number, ports: readonly NamedPort[]) {
  const collection = splitPath(path)?.collection;
  if (collection === 'httpHealthChecks' || collection === 'httpsHealthChecks') {
    const legacy = store.get(collection, path);
    const type = collection === 'httpHealthChecks' ? ('HTTP' as const) : ('HTTPS' as const);
    return legacy && { check: legacy, settings: legacy as CheckSettings, type, port: legacy.port };
  }
  const check = store.get('healthChecks', path);
  if (check === undefined) return undefined;
  const { type } = check;
  const settings: CheckSettings = check[CHECK_FIELDS[type]] ?? {};
  const { portSpecification, portName } = settings;
  let port = settings.port ?? USUAL_PORTS[type];
  if (portSpecification === 'USE_SERVING_PORT') port = serving;
  else if (portSpecification === 'USE_NAMED_PORT' || (settings.port === undefined && portName !== undefined)) {
    port = ports.find(({ name }) => name === portName)?.port ?? serving;
  }
  return { check, settings, type, port };
}

/** Path of the backend service that a forwarding rule leads to, directly or through a target proxy. */
export function serviceOf(
  store: Store,
  service: string | undefined,
  target: string | undefined,
  project: string,
): string | undefined {
  if (service !== undefined) return pathOf(service, project, 'backendService');
  if (target === undefined) return undefined;
  const path = pathOf(target, project, 'target');
  const collection = splitPath(path)?.collection;
  if (collection !== 'targetTcpProxies' && collection !== 'targetSslProxies') return undefined;
  const proxy = store.get(collection, path);
  return proxy === undefined ? undefined : pathOf(proxy.service, project, 'service');
}

function servingPort(
  store: Store,
  path: string,
  service: BackendService,
  ports: readonly NamedPort[],
  record: ManagedRecord,
): number {
  const named = ports.find(({ name }) => name === service.portName)?.port;
  if (named !== undefined) return named;
  const rule = everywhere(store, 'forwardingRules').find(
    ([rulePath, each]) => serviceOf(store, each.backendService, each.target, projectOf(rulePath)) === path,
  );
  const [first, ...more] = rule === undefined ? [] : portsOf(rule[1]);
  // A rule for many ports says nothing about the one that is served.
  return first === undefined || more.length + 1 >= PORTS_AT_MOST ? record.port : first;
}

function running(store: Store, groupPath: string): Placed[] {
  return membersOf(store, groupPath).filter(
    ({ resource, record }) => resource.status === 'RUNNING' && !isLeaving(record),
  );
}

function instanceAt(store: Store, path: string): Placed | undefined {
  const resource = store.get('instances', path);
  const record = store.state.managed[path];
  return resource === undefined || record === undefined ? undefined : { instance: path, resource, record };
}

function namedPortsOf(store: Store, groupPath: string): readonly NamedPort[] {
  return store.get('instanceGroups', groupPath)?.namedPorts ?? [];
}

function addressOf(instance: Instance): string {
  return instance.networkInterfaces[0]?.networkIP ?? '';
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function everywhere<C extends Parameters<Store['list']>[0]>(store: Store, collection: C) {
  return store.list<C>(collection, 'projects/');
}
