import type { AutoscalingPolicy, StatusDetail } from './autoscaler-schema.ts';
import { amountOf } from './version-targets.ts';

/** The shortest time over which a group keeps the size of its peak before it shrinks, as the real service has it. */
const STABILIZATION_MS = 600_000;
/** Sums of shares come out a hair above what they mean. */
const HAIR = 1e-9;

/** What is measured of a group, in whole instances at full use. */
export interface Signals {
  /** Processor use; `warm` leaves out instances in their cool-down period. Undefined while nothing is measured. */
  readonly cpu: { readonly warm: number; readonly all: number } | undefined;
  /** Use of what the load balancer may send; undefined while nothing is measured. */
  readonly loadBalancing: number | undefined;
  /** Instances that the schedules of now ask for; undefined: none of them is active. */
  readonly scheduled?: number | undefined;
}

/** A size at a time, milliseconds since the epoch. */
export interface SizeAt {
  readonly at: number;
  readonly size: number;
}

/** What an autoscaler remembers. */
export interface ScalingHistory {
  /** Sizes that the signals asked for. */
  readonly asked: readonly SizeAt[];
  /** Sizes that the group had. */
  readonly had: readonly SizeAt[];
}

/** What an autoscaler says. */
export interface Recommendation {
  readonly size: number;
  readonly details: readonly StatusDetail[];
  readonly history: ScalingHistory;
}

/** The history of an autoscaler that begins: a group does not shrink for what was never measured. */
export function freshHistory(now: number, targetSize: number): ScalingHistory {
  const entry = { at: now, size: targetSize };
  return { asked: [entry], had: [entry] };
}

/**
 * The size that a group should have. It grows at once to what the busiest signal asks for, a schedule too. It shrinks only to the peak
 * that was asked for within the stabilization period (ten minutes, or the cool-down period where that is longer), and no
 * faster than the scale-in control allows.
 */
export function recommend(
  policy: AutoscalingPolicy,
  targetSize: number,
  signals: Signals,
  before: ScalingHistory,
  now: number,
): Recommendation {
  const window = Math.max(STABILIZATION_MS, policy.coolDownPeriodSec * 1000);
  const control = policy.scaleInControl;
  const controlled = (control?.timeWindowSec ?? 0) * 1000;
  const measured = askedFor(policy, targetSize, signals);
  const wanted = Math.max(measured ?? targetSize, signals.scheduled ?? 0);
  const history = {
    asked: recent([...before.asked, { at: now, size: wanted }], now - window),
    had: recent([...before.had, { at: now, size: targetSize }], now - controlled),
  };
  let size = wanted;
  if (size < targetSize) size = Math.min(targetSize, peak(history.asked));
  if (size < targetSize && control !== undefined) {
    const top = peak(history.had);
    size = Math.max(size, Math.min(targetSize, top - amountOf(control.maxScaledInReplicas, top, 'up')));
  }
  const { minNumReplicas: least, maxNumReplicas: most } = policy;
  const within = Math.min(most, Math.max(least, size));
  return { size: within, details: detailsOf(policy, size, measured === undefined, signals.scheduled), history };
}

/** Whether a group is to be resized to a recommendation. */
export function mayApply(mode: AutoscalingPolicy['mode'], targetSize: number, size: number): boolean {
  return mode === 'ON' ? size !== targetSize : mode === 'ONLY_SCALE_OUT' && size > targetSize;
}

function askedFor(policy: AutoscalingPolicy, targetSize: number, signals: Signals): number | undefined {
  const sizes: number[] = [];
  const bySchedule = Object.keys(policy.scalingSchedules ?? {}).length > 0;
  const cpuTarget =
    policy.cpuUtilization?.utilizationTarget ?? (policy.loadBalancingUtilization || bySchedule ? undefined : 0.6);
  // Between its schedules a group that goes by nothing else has its least size.
  if (bySchedule && cpuTarget === undefined && policy.loadBalancingUtilization === undefined) return 0;
  if (cpuTarget !== undefined && signals.cpu !== undefined) {
    const warm = instances(signals.cpu.warm, cpuTarget);
    // What still starts is no reason to grow, but its work is a reason not to shrink.
    sizes.push(warm >= targetSize ? warm : Math.min(targetSize, instances(signals.cpu.all, cpuTarget)));
  }
  const balancing = policy.loadBalancingUtilization?.utilizationTarget;
  if (balancing !== undefined && signals.loadBalancing !== undefined) {
    sizes.push(instances(signals.loadBalancing, balancing));
  }
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

function instances(used: number, target: number): number {
  return Math.ceil(used / target - HAIR);
}

/** What began after `since`, and the last entry before it: that one still held when the time began. */
function recent(entries: readonly SizeAt[], since: number): SizeAt[] {
  const first = entries.findLastIndex(({ at }) => at <= since);
  return entries
    .slice(Math.max(0, first))
    .filter(
      ({ size }, position, list) => position === 0 || position === list.length - 1 || list[position - 1]?.size !== size,
    );
}

function peak(entries: readonly SizeAt[]): number {
  return entries.reduce((most, { size }) => Math.max(most, size), 0);
}

function detailsOf(
  policy: AutoscalingPolicy,
  size: number,
  blind: boolean,
  scheduled: number | undefined,
): StatusDetail[] {
  const details: StatusDetail[] = [];
  const { minNumReplicas, maxNumReplicas, mode } = policy;
  if (size > maxNumReplicas) {
    details.push({
      type: 'CAPPED_AT_MAX_NUM_REPLICAS',
      message: `The load asks for ${size} instances; the policy allows ${maxNumReplicas}.`,
    });
  }
  if (minNumReplicas === maxNumReplicas) {
    details.push({
      type: 'MIN_EQUALS_MAX',
      message: `The policy allows ${minNumReplicas} instances and no other number, so nothing is scaled.`,
    });
  }
  if (scheduled !== undefined && scheduled > maxNumReplicas) {
    details.push({
      type: 'SCHEDULED_INSTANCES_GREATER_THAN_AUTOSCALER_MAX',
      message: `A schedule asks for ${scheduled} instances; the policy allows ${maxNumReplicas}.`,
    });
  }
  if (scheduled !== undefined && scheduled < minNumReplicas) {
    details.push({
      type: 'SCHEDULED_INSTANCES_LESS_THAN_AUTOSCALER_MIN',
      message: `A schedule asks for ${scheduled} instances, fewer than the policy's ${minNumReplicas}: it changes nothing.`,
    });
  }
  if (mode === 'OFF') details.push({ type: 'MODE_OFF', message: 'The autoscaler is off: it only recommends.' });
  if (mode === 'ONLY_SCALE_OUT') {
    details.push({ type: 'MODE_ONLY_SCALE_OUT', message: 'The autoscaler adds instances and removes none.' });
  }
  if (blind && policy.loadBalancingUtilization !== undefined && policy.cpuUtilization === undefined) {
    details.push({
      type: 'MISSING_LOAD_BALANCING_DATA_POINTS',
      message: 'No requests were measured: the group needs a backend service with balancingMode RATE and a rate.',
    });
  }
  return details;
}
