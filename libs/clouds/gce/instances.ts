import type { HealthState, Instance } from '@gennaker/contracts/clouddriver';
import type { CheckTarget } from '@gennaker/contracts/health-findings';
import { checkTarget } from './load-balancers/checks.ts';
import {
  type BackendHealth,
  type ComputeInstance,
  type HealthCheck,
  lastPart,
  type ManagedInstance,
} from './resources.ts';

/** What one load balancer says of the instances of one group. */
export interface BalancerHealth {
  readonly loadBalancer: string;
  readonly check: HealthCheck | null;
  readonly states: NonNullable<BackendHealth['healthStatus']>;
}

/** Name of the platform's own health, as Spinnaker's clients know it. */
export const PLATFORM_HEALTH = 'Google';

/** Spinnaker's view of a machine's state: running says nothing about the application on it. */
export function platformState(status: string | null | undefined): HealthState {
  if (status === 'RUNNING') return 'Unknown';
  if (status === 'PROVISIONING' || status === 'STAGING' || status === 'PENDING' || status === 'REPAIRING')
    return 'Starting';
  return 'Down';
}

/** One state of several: all that know something say Up, or else the worst. */
export function combinedHealth(states: readonly HealthState[]): HealthState {
  const known = states.filter((state) => state !== 'Unknown');
  if (known.length > 0 && known.every((state) => state === 'Up')) return 'Up';
  for (const worst of ['Starting', 'Down', 'OutOfService', 'Draining'] as const)
    if (known.includes(worst)) return worst;
  return 'Unknown';
}

/** What a health check asks for, such as `health check on :8080/`. */
export function checkText(check: HealthCheck | null): string {
  if (!check) return 'health check';
  const { type, port, path } = askedBy(check);
  return path ? `health check on :${port ?? ''}${path}` : `health check on ${type} port ${port ?? '?'}`;
}

/** What a health check asks; without a port it asks the one that is served. */
function askedBy(check: HealthCheck): CheckTarget {
  const { port, portSpecification, requestPath } = checkTarget(check);
  const type = check.type ?? (check.tcpHealthCheck ? 'TCP' : 'HTTP');
  const usual = type === 'HTTP' && portSpecification !== 'USE_SERVING_PORT' ? 80 : null;
  return {
    name: check.name,
    type,
    port: typeof port === 'number' && port > 0 ? port : usual,
    path: type.startsWith('HTTP') ? (typeof requestPath === 'string' && requestPath ? requestPath : '/') : null,
  };
}

/** An instance of a group in Gate's shape. `instance` is null while only the group knows of it. */
export function instanceView(
  managed: ManagedInstance,
  instance: ComputeInstance | null,
  balancers: readonly BalancerHealth[],
): Instance {
  const name = managed.name ?? lastPart(managed.instance);
  const status = instance?.status ?? managed.instanceStatus;
  const starting = /CREATING|RECREATING|VERIFYING|STARTING/.test(managed.currentAction ?? '') && status !== 'RUNNING';
  const platform: HealthState = starting ? 'Starting' : platformState(status);
  const health: Instance['health'] = [
    { type: PLATFORM_HEALTH, healthClass: 'platform', state: platform, ...(status ? { description: status } : {}) },
  ];
  const lines = balancers.flatMap((balancer) => {
    const state = balancer.states.find((entry) => lastPart(entry.instance) === name);
    return state ? [balancerLine(balancer, state, name)] : [];
  });
  if (lines.length > 0) {
    const state = combinedHealth(lines.map((line) => line.health));
    health.push({
      type: 'LoadBalancer',
      healthClass: null,
      state,
      loadBalancers: lines.map(({ health: _health, ...line }) => line),
    });
  }
  const healthState = combinedHealth(health.map((entry) => entry.state));
  const reason = reasonOf(managed, instance, platform, lines);
  const zone = lastPart(instance?.zone) || /\/zones\/([^/]+)\//.exec(managed.instance ?? '')?.[1];
  const ips = (instance?.networkInterfaces ?? []).flatMap((nic) => (nic.networkIP ? [nic.networkIP] : []));
  return {
    id: name,
    name,
    ...(zone ? { zone, availabilityZone: zone } : {}),
    ...(instance?.creationTimestamp ? { launchTime: Date.parse(instance.creationTimestamp) } : {}),
    healthState,
    health,
    ...(ips.length ? { ips } : {}),
    ...(reason ? { reason } : {}),
    currentAction: managed.currentAction ?? 'NONE',
  };
}

interface BalancerLine {
  readonly loadBalancerName: string;
  readonly instanceId: string;
  readonly state: string;
  readonly health: HealthState;
  readonly description: string;
  readonly healthCheck?: CheckTarget;
}

function balancerLine(
  balancer: BalancerHealth,
  state: BalancerHealth['states'][number],
  instanceId: string,
): BalancerLine {
  const up = state.healthState === 'HEALTHY';
  const draining = state.healthState === 'DRAINING';
  const cause = Object.entries(state.annotations ?? {}).find(([key]) => /reason|detail|error/i.test(key))?.[1];
  const description = up
    ? 'The health check passes'
    : draining
      ? 'Open connections are served to their end'
      : `${checkText(balancer.check)} fails${cause ? `: ${cause}` : ''}`;
  return {
    loadBalancerName: balancer.loadBalancer,
    instanceId,
    state: up ? 'InService' : 'OutOfService',
    health: up ? 'Up' : draining ? 'Draining' : 'Down',
    description,
    ...(balancer.check ? { healthCheck: askedBy(balancer.check) } : {}),
  };
}

function reasonOf(
  managed: ManagedInstance,
  instance: ComputeInstance | null,
  platform: HealthState,
  lines: readonly BalancerLine[],
): Instance['reason'] {
  const error = managed.lastAttempt?.errors?.errors?.[0];
  if (error && instance?.status !== 'RUNNING')
    return {
      summary: `Google could not start it: ${error.message ?? error.code ?? 'no reason given'}`,
      evidence: { code: error.code ?? null, action: managed.currentAction ?? null },
      next: 'The group tries again by itself; a quota or a stock-out needs another zone, size or quota',
    };
  if (platform === 'Starting')
    return { summary: `It is starting (${instance?.status ?? managed.currentAction ?? 'requested'})` };
  if (platform === 'Down')
    return {
      summary: `The machine is ${instance?.status ?? managed.instanceStatus ?? 'gone'}${instance?.statusMessage ? `: ${instance.statusMessage}` : ''}`,
      next: 'Its console may say why',
    };
  const failing = lines.find((line) => line.health === 'Down');
  if (failing)
    return {
      summary: failing.description,
      evidence: { loadBalancer: failing.loadBalancerName, instance: failing.instanceId },
      next: 'The load balancer sends it no requests until the check passes; its console may say why',
    };
  return undefined;
}
