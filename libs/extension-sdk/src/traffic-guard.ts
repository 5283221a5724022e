import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Reason } from '@gennaker/contracts/execution';
import { guardText, type TrafficGuard } from '@gennaker/contracts/traffic-guards';
import { z } from 'zod';
import type { CapacityLoss } from './capacity-loss.ts';
import { isUp } from './server-group-health.ts';

/** What of a server group serves now. */
export interface ServingGroup {
  readonly name: string;
  /** Is it behind its load balancers? One without any counts as enabled. */
  readonly enabled: boolean;
  /** How many instances it is meant to have. */
  readonly wanted: number;
  readonly autoscaled: boolean;
  /** The part of each healthy instance that gets requests, 0 to 1. */
  readonly share: number;
  readonly instances: readonly { readonly name: string; readonly healthy: boolean }[];
}

/** An autoscaler that is switched off decides nothing. */
const scaledSchema = z.looseObject({
  mode: z
    .string()
    .refine((mode) => mode !== 'OFF')
    .optional(),
});

/** What serves of a server group. `share`: percentage that was asked for; `platformHealth`: counts where it has no load balancer. */
export function servingGroup(group: ServerGroup, share: number | undefined, platformHealth: string): ServingGroup {
  const interesting = group.loadBalancers.length > 0 ? null : [platformHealth];
  return {
    name: group.name,
    enabled: !group.isDisabled,
    wanted: group.capacity.desired,
    autoscaled: scaledSchema.safeParse(group['autoscalingPolicy']).success,
    share: group.isDisabled ? 0 : (share ?? 100) / 100,
    instances: group.instances.map((instance) => ({ name: instance.name, healthy: isUp(instance, interesting) })),
  };
}

/** A cluster's healthy, enabled capacity, in instances. */
export function capacityNow(groups: readonly ServingGroup[]): number {
  return groups.reduce((sum, group) => sum + healthyOf(group).length * group.share, 0);
}

/** What would be left of it at least after all losses together; what they name twice is lost once. */
export function capacityAfter(groups: readonly ServingGroup[], losses: readonly CapacityLoss[]): number {
  return groups.reduce((sum, group) => sum + leftOf(group, losses), 0);
}

function leftOf(group: ServingGroup, losses: readonly CapacityLoss[]): number {
  const named = new Set(losses.flatMap((loss) => (loss.kind === 'instances' ? loss.instanceIds : [])));
  let fewer = 0;
  let { share } = group;
  for (const loss of losses) {
    if (loss.kind === 'instances' || loss.serverGroupName !== group.name) continue;
    if (loss.kind === 'all') share = 0;
    else if (loss.kind === 'share') share = Math.min(share, 1 - loss.percentage / 100);
    else fewer = Math.max(fewer, sizeOf(group) - sizeGiven(group, loss));
  }
  // Nobody knows which instances a smaller group loses: in the worst case those that are healthy.
  const left = healthyOf(group).filter((name) => !named.has(name)).length - fewer;
  return Math.max(0, left) * share;
}

const healthyOf = (group: ServingGroup): string[] =>
  group.instances.filter(({ healthy }) => healthy).map(({ name }) => name);
const sizeOf = (group: ServingGroup): number => Math.max(group.wanted, group.instances.length);

/** The size that bounds leave: an autoscaler takes a lone size for both of them, and decides between bounds by itself. */
function sizeGiven(group: ServingGroup, { min, max, desired }: CapacityLoss & { readonly kind: 'size' }): number {
  if (!group.autoscaled) return desired ?? max ?? Number.POSITIVE_INFINITY;
  return max ?? (min === undefined ? desired : undefined) ?? Number.POSITIVE_INFINITY;
}

/** What is to be judged: a change to a cluster in one region. */
export interface GuardedChange {
  /** Name of the operation. */
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  readonly groups: readonly ServingGroup[];
  readonly losses: readonly CapacityLoss[];
}

/**
 * Why a guard refuses a change; null when it lets it pass. What takes away nothing that serves always passes. Something
 * must stay, unless the change only takes a share; with a percentage, so much of one full version of the cluster: the
 * largest of its enabled server groups as it is meant to be.
 */
export function judgeGuard(guard: TrafficGuard, change: GuardedChange): Reason | null {
  const { groups, losses } = change;
  const now = capacityNow(groups);
  const after = capacityAfter(groups, losses);
  if (now === 0 || after >= now) return null;
  const whole = Math.max(0, ...groups.filter(({ enabled }) => enabled).map(({ wanted }) => wanted));
  const percentage = guard.minCapacityPercentage ?? 0;
  const needed = (whole * percentage) / 100;
  const partial = losses.every(({ kind }) => kind === 'share');
  const empty = after === 0 && !partial;
  if (!empty && after >= needed) return null;
  const where = `cluster ${change.cluster} in ${change.region} of ${change.account}`;
  const least = percentage > 0 ? `${percentage} % of ${whole} (${number(needed)})` : 'at least one';
  return {
    summary: `A traffic guard refuses ${change.operation}: ${number(after)} of the ${number(now)} healthy instances that serve in ${where} would be left, and the guard (${guardText(guard)}) keeps ${least}`,
    evidence: {
      guard: {
        account: guard.account,
        location: guard.location,
        stack: guard.stack,
        detail: guard.detail,
        ...(percentage > 0 ? { minCapacityPercentage: percentage } : {}),
      },
      account: change.account,
      region: change.region,
      cluster: change.cluster,
      healthyNow: rounded(now),
      healthyAfter: rounded(after),
      needed: percentage > 0 ? rounded(Math.max(needed, empty ? 1 : 0)) : 1,
      serverGroups: groups.map((group) => ({
        name: group.name,
        enabled: group.enabled,
        healthy: healthyOf(group).length,
        wanted: group.wanted,
        ...(group.share > 0 && group.share < 1 ? { sharePercentage: Math.round(group.share * 100) } : {}),
      })),
    },
    next: `Enable or enlarge another server group of ${change.cluster} until enough of it is healthy at the load balancer, then try again; or have somebody who may change the application edit the guard in its configuration`,
  };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
const number = (value: number): string => String(rounded(value));
