import { isDeepStrictEqual } from 'node:util';
import { freshHistory, mayApply, recommend } from './autoscale.ts';
import type { ScalingHistory, Signals } from './autoscale.ts';
import type { Autoscaler, AutoscalingPolicy, StatusDetail } from './autoscaler-schema.ts';
import type { Clock, Timer } from './clock.ts';
import type { CpuMeter } from './cpu-meter.ts';
import type { Fleet } from './fleet.ts';
import { pathOf } from './path.ts';
import { scheduleStatus } from './scaling-schedule.ts';
import type { ManagedRecord, Store } from './store.ts';
import type { Traffic } from './traffic.ts';
import { membersOf } from './traffic-plan.ts';

const EVERY_MS = 5000;

/** Requests of a group when they were counted last. */
interface Counted {
  readonly at: number;
  readonly requests: number;
}

/** Makes autoscalers act: measures their groups every five seconds and resizes them. */
export class Autoscaling {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #fleet: Fleet;
  readonly #traffic: Traffic;
  readonly #cpu: CpuMeter;
  readonly #histories = new Map<string, ScalingHistory>();
  readonly #counted = new Map<string, Counted>();
  #timer: Timer | undefined;
  #awake = false;
  #closed = false;

  constructor(store: Store, clock: Clock, fleet: Fleet, traffic: Traffic, cpu: CpuMeter) {
    this.#store = store;
    this.#clock = clock;
    this.#fleet = fleet;
    this.#traffic = traffic;
    this.#cpu = cpu;
  }

  /** Looks from now on, for as long as anything is to be measured. */
  wake(): void {
    if (this.#awake || this.#closed) return;
    this.#awake = true;
    this.#timer = this.#clock.after(0, () => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const scalers = this.#store.list('autoscalers', 'projects/');
    const groups = new Set([
      ...scalers.map(([path, { target }]) => pathOf(target, projectOf(path), 'target')),
      ...this.#groupsOfUtilization(),
    ]);
    const members = [...groups].flatMap((group) => membersOf(this.#store, group));
    // What cannot be measured now is at the next look.
    await this.#cpu.measure(members.map(({ instance }) => instance)).catch(() => undefined);
    for (const [path] of scalers) this.#scale(path);
    for (const path of this.#histories.keys()) {
      if (this.#store.get('autoscalers', path) === undefined) this.#histories.delete(path);
    }
    this.#awake = groups.size > 0 && !this.#closed;
    if (this.#awake) this.#timer = this.#clock.after(EVERY_MS, () => void this.#look());
  }

  #scale(path: string): void {
    const scaler = this.#store.get('autoscalers', path);
    if (scaler === undefined) return;
    const groupPath = pathOf(scaler.target, projectOf(path), 'target');
    const group = this.#store.get('instanceGroupManagers', groupPath);
    if (group === undefined || group.deleting === true) {
      const message = `The group '${groupPath}' does not exist any more.`;
      this.#write(path, scaler, {
        status: 'ERROR',
        recommendedSize: scaler.recommendedSize,
        statusDetails: [{ type: 'SCALING_TARGET_DOES_NOT_EXIST', message }],
        scalingScheduleStatus: scaler.scalingScheduleStatus,
      });
      return;
    }
    const now = this.#clock.now();
    const history = this.#histories.get(path) ?? freshHistory(now, group.targetSize);
    const policy = scaler.autoscalingPolicy;
    const schedules = statusOfSchedules(policy, now);
    const signals = {
      ...this.#signals(groupPath, policy.coolDownPeriodSec * 1000),
      scheduled: scheduledSize(policy, schedules),
    };
    const said = recommend(policy, group.targetSize, signals, history, now);
    this.#histories.set(path, said.history);
    this.#write(path, scaler, {
      status: 'ACTIVE',
      recommendedSize: said.size,
      statusDetails: [...said.details, ...this.#troubles(groupPath)],
      scalingScheduleStatus: schedules,
    });
    if (mayApply(policy.mode, group.targetSize, said.size)) this.#fleet.resize(groupPath, said.size);
  }

  #signals(groupPath: string, coolDownMs: number): Signals {
    const now = this.#clock.now();
    let cpu: { warm: number; all: number } | undefined;
    for (const { instance, record } of membersOf(this.#store, groupPath)) {
      const use = record.action === 'DELETING' ? undefined : this.#cpu.utilization(instance);
      if (use === undefined) continue;
      cpu ??= { warm: 0, all: 0 };
      cpu.all += use;
      if (isWarm(record, now, coolDownMs)) cpu.warm += use;
    }
    return { cpu, loadBalancing: this.#balancing(groupPath) };
  }

  /** Requests that a group gets, in instances at their maximum rate. */
  #balancing(groupPath: string): number | undefined {
    const group = groupPath.replace('/instanceGroupManagers/', '/instanceGroups/');
    const rate = this.#rateOf(group);
    const [backend] = this.#store
      .list('backendServices', 'projects/')
      .flatMap(([path, service]) =>
        service.backends.filter((each) => pathOf(each.group, projectOf(path), 'group') === group),
      );
    const size = membersOf(this.#store, groupPath).length;
    const most =
      backend?.maxRatePerInstance ?? (backend?.maxRate === undefined ? undefined : backend.maxRate / Math.max(1, size));
    return rate === undefined || most === undefined ? undefined : rate / most;
  }

  /** Requests a second since the last look; undefined at the first one. */
  #rateOf(group: string): number | undefined {
    const requests = this.#traffic.dataPlane.counters().groups[group]?.requests;
    const before = this.#counted.get(group);
    const at = this.#clock.now();
    if (requests === undefined) return undefined;
    if (before !== undefined && before.at === at) return undefined;
    this.#counted.set(group, { at, requests });
    return before === undefined ? undefined : ((requests - before.requests) * 1000) / (at - before.at);
  }

  #troubles(groupPath: string): StatusDetail[] {
    const errors = membersOf(this.#store, groupPath).flatMap(({ record }) => this.#fleet.errorsOf(record));
    const quota = errors.find(({ code }) => code === 'QUOTA_EXCEEDED');
    const stock = errors.find(({ code }) => code === 'ZONE_RESOURCE_POOL_EXHAUSTED');
    return [
      ...(quota === undefined ? [] : [{ type: 'NOT_ENOUGH_QUOTA_AVAILABLE', message: quota.message }]),
      ...(stock === undefined ? [] : [{ type: 'ZONE_RESOURCE_STOCKOUT', message: stock.message }]),
    ];
  }

  /** Groups that a load balancer sends traffic to by their processor use. */
  #groupsOfUtilization(): string[] {
    return this.#store
      .list('backendServices', 'projects/')
      .flatMap(([path, { backends }]) =>
        backends
          .filter(({ balancingMode }) => balancingMode === 'UTILIZATION')
          .map(({ group }) =>
            pathOf(group, projectOf(path), 'group').replace('/instanceGroups/', '/instanceGroupManagers/'),
          ),
      );
  }

  #write(path: string, scaler: Autoscaler, said: Said): void {
    const { status, recommendedSize, statusDetails, scalingScheduleStatus } = scaler;
    const known: Said = { status: status ?? 'ACTIVE', recommendedSize, statusDetails, scalingScheduleStatus };
    if (status !== undefined && isDeepStrictEqual(known, said)) return;
    this.#store.put('autoscalers', path, { ...scaler, ...said });
  }
}

/** What an autoscaler shows of its last look. */
interface Said extends Pick<Autoscaler, 'recommendedSize' | 'statusDetails'> {
  readonly status: 'ACTIVE' | 'ERROR';
  readonly scalingScheduleStatus: Autoscaler['scalingScheduleStatus'];
}

/** What each schedule of a policy does now; undefined: it has none. */
function statusOfSchedules(policy: AutoscalingPolicy, now: number): Autoscaler['scalingScheduleStatus'] {
  const schedules = Object.entries(policy.scalingSchedules ?? {});
  if (schedules.length === 0) return undefined;
  return Object.fromEntries(schedules.map(([name, schedule]) => [name, scheduleStatus(schedule, now)]));
}

/** Of the schedules that are active the largest decides; undefined: none is. */
function scheduledSize(policy: AutoscalingPolicy, status: Autoscaler['scalingScheduleStatus']): number | undefined {
  const active = Object.entries(policy.scalingSchedules ?? {})
    .filter(([name]) => status?.[name]?.state === 'ACTIVE')
    .map(([, { minRequiredReplicas }]) => minRequiredReplicas);
  return active.length === 0 ? undefined : Math.max(...active);
}

function isWarm(record: ManagedRecord, now: number, coolDownMs: number): boolean {
  return record.runningSince > 0 && now - record.runningSince >= coolDownMs;
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}
