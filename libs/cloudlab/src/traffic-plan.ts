import type { TrafficGroup, TrafficListener, TrafficTarget } from './data-plane.ts';
import type { HealthState, ProbeTarget } from './health-prober.ts';
import { pathOf, splitPath } from './path.ts';
import type { BackendService, HealthCheck, HttpHealthCheck, Instance, NamedPort } from './resource.ts';
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

/** Ports that a forwarding rule listens on, at most 16. */
export function portsOf(rule: {
  readonly portRange?: string | undefined;
  readonly ports?: readonly string[] | undefined;
}): number[] {
  const ranges = rule.ports !== undefined && rule.ports.length > 0 ? rule.ports : [rule.portRange ?? ''];
  return ranges
    .flatMap((range) => {
      const [from, to] = range.split('-').map(Number);
      if (from === undefined || Number.isNaN(from) || from < 1) return [];
      return Array.from({ length: Math.min(16, (to ?? from) - from + 1) }, (_, i) => from + i);
    })
    .slice(0, 16);
}

/** Probes of every backend service, target pool and autohealing policy. */
export function planProbes(store: Store): ProbeTarget[] {
  const targets = new Map<string, ProbeTarget>();
  const add = (target: ProbeTarget | undefined): void => {
    if (target !== undefined) targets.set(target.key, target);
  };
  for (const [path, service] of everywhere(store, 'backendServices')) {
    for (const { group } of service.backends) {
      const groupPath = pathOf(group, projectOf(path), 'group');
      const ports = namedPortsOf(store, groupPath);
      for (const member of running(store, groupPath)) {
        for (const check of service.healthChecks) {
          add(probeOf(store, check, member, servingPort(store, path, service, ports, member.record), ports));
        }
      }
    }
  }
  for (const [path, pool] of everywhere(store, 'targetPools')) {
    for (const reference of pool.instances) {
      const member = instanceAt(store, pathOf(reference, projectOf(path), 'instances'));
      if (member === undefined || member.resource.status !== 'RUNNING' || isLeaving(member.record)) continue;
      for (const check of pool.healthChecks) add(probeOf(store, check, member, member.record.port, []));
    }
  }
  for (const [path, group] of everywhere(store, 'instanceGroupManagers')) {
    const check = group.autoHealingPolicies[0]?.healthCheck;
    if (check === undefined) continue;
    for (const member of running(store, path)) add(probeOf(store, check, member, member.record.port, group.namedPorts));
  }
  return [...targets.values()];
}

/** What the data plane should do now. */
export function planListeners(store: Store, healthOf: HealthOf): TrafficListener[] {
  return everywhere(store, 'forwardingRules').flatMap(([path, rule]) => {
    const project = projectOf(path);
    return portsOf(rule).map((port) => {
      const base = { rule: path, address: rule.IPAddress, port };
      const servicePath = serviceOf(store, rule.backendService, rule.target, project);
      const service = servicePath === undefined ? undefined : store.get('backendServices', servicePath);
      if (servicePath !== undefined && service !== undefined) {
        return { ...base, groups: serviceGroups(store, servicePath, service, port, healthOf) };
      }
      const poolPath = rule.target === undefined ? undefined : pathOf(rule.target, project, 'target');
      const pool = poolPath === undefined ? undefined : store.get('targetPools', poolPath);
      if (poolPath === undefined || pool === undefined) return { ...base, groups: [] };
      const targets = poolHealth(store, poolPath, healthOf).map(({ instance, address, healthy }) => ({
        instance,
        address,
        port,
        accepts: healthy,
      }));
      // A pool has no draining time of its own: what is removed from it ends by itself.
      return { ...base, groups: [{ group: poolPath, drainMs: 300_000, targets }] };
    });
  });
}

function serviceGroups(
  store: Store,
  path: string,
  service: BackendService,
  rulePort: number,
  healthOf: HealthOf,
): TrafficGroup[] {
  const drainMs = (service.connectionDraining?.drainingTimeoutSec ?? 0) * 1000;
  return service.backends.map((backend) => {
    const groupPath = pathOf(backend.group, projectOf(path), 'group');
    const health = groupHealth(store, path, service, groupPath, healthOf);
    const named = namedPortsOf(store, groupPath).find(({ name }) => name === service.portName)?.port;
    const targets = health.map(({ instance, address, healthy }): TrafficTarget => ({
      instance,
      address,
      port: named ?? rulePort,
      accepts: healthy && backend.capacityScaler !== 0,
    }));
    return { group: groupPath, drainMs, targets };
  });
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
  const check = store.get('healthChecks', path);
  const collection = splitPath(path)?.collection;
  if (check === undefined) return undefined;
  const legacy = collection === 'httpHealthChecks';
  const question = legacy ? legacyQuestion(store.get('httpHealthChecks', path)) : questionOf(check, serving, ports);
  if (question === undefined) return undefined;
  return {
    // The instance's id is part of the key: one that was recreated under its name has to prove itself anew.
    key: `${path} ${member.instance} ${member.resource.id} ${member.record.runningSince} ${question.port}`,
    probe: { ...question, address: addressOf(member.resource), timeoutMs: check.timeoutSec * 1000 },
    intervalMs: check.checkIntervalSec * 1000,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
  };
}

function questionOf(check: HealthCheck, serving: number, ports: readonly NamedPort[]) {
  const settings = check.type === 'HTTP' ? (check.httpHealthCheck ?? {}) : (check.tcpHealthCheck ?? {});
  const { portSpecification, portName } = settings;
  let port = settings.port ?? 80;
  if (portSpecification === 'USE_SERVING_PORT') port = serving;
  else if (portSpecification === 'USE_NAMED_PORT' || (settings.port === undefined && portName !== undefined)) {
    port = ports.find(({ name }) => name === portName)?.port ?? serving;
  }
  return {
    type: check.type,
    port,
    path: check.httpHealthCheck?.requestPath ?? '/',
    host: check.httpHealthCheck?.host,
    response: check.httpHealthCheck?.response,
  };
}

function legacyQuestion(check: HttpHealthCheck | undefined) {
  if (check === undefined) return undefined;
  return { type: 'HTTP' as const, port: check.port, path: check.requestPath, host: check.host, response: undefined };
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
  if (splitPath(path)?.collection !== 'targetTcpProxies') return undefined;
  const proxy = store.get('targetTcpProxies', path);
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
  return (rule === undefined ? undefined : portsOf(rule[1])[0]) ?? record.port;
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
