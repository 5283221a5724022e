import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Reason } from '@gennaker/contracts/execution';

/** An instance that is not up. */
export interface MissingInstance {
  readonly name: string;
  /** A part of a sentence. */
  readonly lacks: string;
  /** The states of its health sources: while they stay, it lacks the same. */
  readonly healthKey: string;
}

/** How many instances of how many are up, and what the others lack. */
export interface UpState {
  /** A sentence without its end: how many are up, and how many are needed. */
  readonly counted: string;
  readonly missing: readonly MissingInstance[];
  /** How many were not made yet; null: none is absent. */
  readonly absent: string | null;
  readonly up: number;
  readonly needed: number;
  readonly enough: boolean;
  /** So many instances have a problem that waiting does not end that the rest cannot be enough. */
  readonly hopeless: boolean;
  readonly reason: Reason;
}

const NOT_UP = new Set(['Down', 'OutOfService', 'Starting', 'Draining']);
const LISTED = 5;

/**
 * Does an instance count as up? `interesting`: the health providers that are asked; null: all; an empty list: nobody
 * is asked, and it counts. The platform's own health, which never says more than "not down", counts as up only when
 * it is asked for by name.
 */
export function isUp(instance: Instance, interesting: readonly string[] | null): boolean {
  if (interesting?.length === 0) return true;
  const asked = instance.health.filter((health) => !interesting || interesting.includes(health.type));
  if (asked.some((health) => NOT_UP.has(health.state))) return false;
  return asked.some(
    (health) =>
      health.state === 'Up' ||
      (interesting?.includes(health.type) === true && health.healthClass === 'platform' && health.state !== 'Failed'),
  );
}

/** The platform's own health in `interestingHealthProviderNames`, by cloud. */
const PLATFORM_HEALTH: Readonly<Record<string, string>> = { gce: 'Google', aws: 'Amazon', kubernetes: 'KubernetesPod' };

/** The health provider that is the platform itself; undefined: the cloud has none. */
export const platformHealthOf = (cloudProvider: string): string | undefined => PLATFORM_HEALTH[cloudProvider];

/** Which health counts: as told, or the load balancer's where the group gets traffic (null: all), or the platform's. */
export function interestingHealth(
  stage: {
    readonly interestingHealthProviderNames?: readonly string[] | null | undefined;
    readonly cloudProvider: string;
  },
  getsTraffic: boolean,
): readonly string[] | null {
  const platform = platformHealthOf(stage.cloudProvider);
  return stage.interestingHealthProviderNames ?? (getsTraffic || !platform ? null : [platform]);
}

/** How many instances of a server group are healthy: at its load balancers where it has some, by the platform otherwise. */
export function healthyInstances(group: ServerGroup): number {
  const interesting = interestingHealth({ cloudProvider: group.cloudProvider }, group.loadBalancers.length > 0);
  return group.instances.filter((instance) => isUp(instance, interesting)).length;
}

/** Instances that must be up: a percentage of the wanted ones, rounded, but never none of some. */
export function neededUp(desired: number, percentage: number): number {
  if (desired === 0) return 0;
  return Math.max(1, Math.min(desired, Math.round((desired * percentage) / 100)));
}

/** Is enough of a server group up? */
export function upState(
  group: ServerGroup,
  desired: number,
  percentage: number,
  interesting: readonly string[] | null,
): UpState {
  const up = group.instances.filter((instance) => isUp(instance, interesting));
  const needed = neededUp(desired, percentage);
  const enough = up.length >= needed && group.instances.length >= needed;
  const missing = group.instances.filter((instance) => !up.includes(instance));
  const absent = desired - group.instances.length;
  const lasting = (group.problems ?? []).filter(
    (problem) => problem.lasting && missing.some((instance) => instance.name === problem.instance),
  );
  const stuck = new Set(lasting.map((problem) => problem.instance));
  const hopeless = !enough && stuck.size > 0 && desired - stuck.size < needed;
  const notMade =
    absent > 0 ? `${absent} not made yet${group['reason'] ? ` (${reasonText(group['reason'])})` : ''}` : null;
  const lacks = [
    ...(notMade ? [notMade] : []),
    ...missing.slice(0, LISTED).map((instance) => `${instance.name}: ${lackOf(instance, interesting)}`),
    ...(missing.length > LISTED ? [`and ${missing.length - LISTED} more`] : []),
  ];
  const counted = `${up.length} of ${desired} instances of ${group.name} are up`;
  const needs = enough ? counted : `${counted}, ${needed} are needed`;
  return {
    counted: needs,
    missing: missing.map((instance) => ({
      name: instance.name,
      lacks: lackOf(instance, interesting),
      healthKey: instance.health.map(({ type, state }) => `${type} ${state}`).join(', '),
    })),
    absent: notMade,
    up: up.length,
    needed,
    enough,
    hopeless,
    reason: {
      summary: enough ? counted : `${needs}. ${lacks.join('; ')}`,
      evidence: {
        serverGroup: group.name,
        region: group.region,
        up: up.length,
        needed,
        desired,
        missing: missing.map((instance) => ({
          name: instance.name,
          health: instance.health.map(({ type, state }) => ({ type, state })),
          lacks: lackOf(instance, interesting),
        })),
        ...(lasting.length > 0 ? { problems: lasting } : {}),
      },
      ...(enough
        ? {}
        : { next: hopeless ? nextOf(lasting.map((problem) => problem.kind)) : 'It goes on as soon as they are up' }),
    },
  };
}

/** What somebody has to do about lasting problems. */
function nextOf(kinds: readonly string[]): string {
  if (kinds.includes('quota')) return 'Waiting does not help: raise the quota, or ask for fewer or smaller instances';
  if (kinds.includes('stockOut')) return 'Waiting does not help for now: take other zones or another instance type';
  if (kinds.includes('permission')) return 'Waiting does not help: the account lacks a permission; grant it';
  if (kinds.includes('addresses'))
    return 'Waiting does not help: the subnet has no free address; widen it, or take another one';
  if (kinds.includes('precondition'))
    return 'Waiting does not help: a policy of the organisation forbids it; change the template, or the policy';
  if (kinds.includes('boot')) return 'Waiting does not help: the console of an instance says why it does not start';
  return 'Waiting does not help: what its instances are made from is wrong; correct the image or the template';
}

function lackOf(instance: Instance, interesting: readonly string[] | null): string {
  if (instance.reason) return instance.reason.summary;
  const asked = instance.health.filter((health) => !interesting || interesting.includes(health.type));
  const bad = asked.find((health) => NOT_UP.has(health.state));
  if (bad) return `${bad.type} says ${bad.state}`;
  if (asked.length === 0) return `none of ${interesting?.join(', ') ?? 'the health providers'} has looked at it yet`;
  return 'no load balancer has found it healthy yet';
}

function reasonText(reason: unknown): string {
  return typeof reason === 'object' && reason !== null && 'summary' in reason ? String(reason.summary) : '';
}
