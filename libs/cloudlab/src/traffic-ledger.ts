import type { Choice } from './balancer.ts';
import type { Clock, Timer } from './clock.ts';
import { noTraffic } from './data-plane.ts';
import type { CounterReport, TrafficCounters, TrafficListener } from './data-plane.ts';
import { latencySlot } from './latency-buckets.ts';
import { TrafficMeter } from './traffic-meter.ts';

/** One connection, request or flow that is under way at an instance. */
export interface Carriage {
  readonly rule: string;
  /** Key of the listener that it came through. */
  readonly listener: string;
  readonly service: string;
  readonly group: string;
  readonly instance: string;
  /** Bytes towards the instance and back so far. */
  bytes(): readonly [bytesIn: number, bytesOut: number];
  /** Ends it, as the end of the draining time does. */
  cut(): void;
}

interface Entry {
  readonly carriage: Carriage;
  timer: Timer | undefined;
}

/** Where counters are kept: at the forwarding rule, at the group and instance that were chosen, or at all three. */
export interface Place {
  readonly rule?: string | undefined;
  readonly choice?: Choice | undefined;
}

/** Keeps account of everything that is under way, counts it, and ends what was drained for long enough. */
export class TrafficLedger {
  /** The same by second, for the last hour. */
  readonly meter: TrafficMeter;
  readonly #clock: Clock;
  readonly #entries = new Map<Carriage, Entry>();
  readonly #perInstance = new Map<string, number>();
  readonly #perGroup = new Map<string, number>();
  readonly #watchers = new Set<(instance: string) => void>();
  readonly #rules = new Map<string, TrafficCounters>();
  readonly #groups = new Map<string, TrafficCounters>();
  readonly #instances = new Map<string, TrafficCounters>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.meter = new TrafficMeter(clock);
  }

  /** Changes the counters of a place. */
  count({ rule, choice }: Place, change: (counters: TrafficCounters) => void): void {
    if (rule !== undefined) change(countersOf(this.#rules, rule));
    if (choice === undefined) return;
    change(countersOf(this.#groups, choice.group.group));
    change(countersOf(this.#instances, choice.target.instance));
  }

  /** Counts an HTTP answer. @param ms from the request's head to the answer's end */
  answered(place: Place, status: number, ms: number): void {
    const digit = Math.floor(status / 100);
    const slot = latencySlot(ms);
    this.count(place, (each) => {
      each.requests++;
      if (digit === 1 || digit === 2 || digit === 3 || digit === 4 || digit === 5) each.responses[`${digit}xx`]++;
      each.latency[slot] = (each.latency[slot] ?? 0) + 1;
    });
    this.#metered(place, status, ms);
  }

  /** Counts a request whose answer began and did not come to its end. */
  brokeOff(place: Place, why: 'brokenOff' | 'timedOut', ms: number): void {
    this.count(place, (each) => each.failures[why]++);
    this.#metered(place, 0, ms);
  }

  /** Counts a connection that was made to an instance for a client. */
  connected(rule: string, choice: Choice): void {
    this.count({ choice }, (each) => each.connections++);
    this.meter.connected(rule, choice.group.group);
  }

  #metered({ rule, choice }: Place, status: number, ms: number): void {
    if (rule !== undefined) this.meter.answered(rule, choice?.group.group ?? '', status, ms);
  }

  /** Takes up what begins at an instance. @returns ends it; a second call does nothing */
  begin(carriage: Carriage): () => void {
    const { rule, service, group, instance } = carriage;
    const entry: Entry = { carriage, timer: undefined };
    const all = [countersOf(this.#rules, rule), countersOf(this.#groups, group), countersOf(this.#instances, instance)];
    for (const each of all) each.active++;
    this.#entries.set(carriage, entry);
    add(this.#perInstance, instance, 1);
    add(this.#perGroup, `${service} ${group}`, 1);
    return () => {
      if (!this.#entries.delete(carriage)) return;
      entry.timer?.cancel();
      add(this.#perInstance, instance, -1);
      add(this.#perGroup, `${service} ${group}`, -1);
      const [bytesIn, bytesOut] = carriage.bytes();
      for (const each of all) {
        each.active--;
        each.bytesIn += bytesIn;
        each.bytesOut += bytesOut;
      }
      for (const watcher of this.#watchers) watcher(instance);
    };
  }

  /**
   * Lets what no listener holds any more live for its draining time, and what came back live on.
   * @param listeners the new picture by listener key
   * @param drainMs draining time of a service, as it was told last
   */
  drain(listeners: ReadonlyMap<string, TrafficListener>, drainMs: (service: string) => number): void {
    this.meter.learn(listeners.values());
    for (const entry of this.#entries.values()) {
      if (isHeld(listeners.get(entry.carriage.listener), entry.carriage)) {
        entry.timer?.cancel();
        entry.timer = undefined;
      } else {
        entry.timer ??= this.#clock.after(drainMs(entry.carriage.service), () => this.#cut(entry));
      }
    }
  }

  ofInstance(instance: string): number {
    return this.#perInstance.get(instance) ?? 0;
  }

  /** What is under way of one service at one group. */
  ofGroup(service: string, group: string): number {
    return this.#perGroup.get(`${service} ${group}`) ?? 0;
  }

  onClosed(watcher: (instance: string) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  counters(): CounterReport {
    const live = new Map<string, [number, number]>();
    for (const carriage of this.#entries.keys()) {
      const [bytesIn, bytesOut] = carriage.bytes();
      for (const key of [carriage.rule, carriage.group, carriage.instance]) {
        const [a, b] = live.get(key) ?? [0, 0];
        live.set(key, [a + bytesIn, b + bytesOut]);
      }
    }
    const report = (of: ReadonlyMap<string, TrafficCounters>): Record<string, TrafficCounters> =>
      Object.fromEntries(
        [...of].map(([key, each]) => {
          const [bytesIn, bytesOut] = live.get(key) ?? [0, 0];
          return [
            key,
            { ...structuredClone(each), bytesIn: each.bytesIn + bytesIn, bytesOut: each.bytesOut + bytesOut },
          ];
        }),
      );
    return {
      forwardingRules: report(this.#rules),
      groups: report(this.#groups),
      instances: report(this.#instances),
    };
  }

  /** Ends everything at once. */
  close(): void {
    for (const { carriage, timer } of this.#entries.values()) {
      timer?.cancel();
      carriage.cut();
    }
  }

  #cut({ carriage }: Entry): void {
    for (const each of [
      countersOf(this.#rules, carriage.rule),
      countersOf(this.#groups, carriage.group),
      countersOf(this.#instances, carriage.instance),
    ]) {
      each.drainCuts++;
    }
    carriage.cut();
  }
}

function isHeld(listener: TrafficListener | undefined, { service, group, instance }: Carriage): boolean {
  return (
    listener?.services.some(
      (each) =>
        each.service === service &&
        each.groups.some(
          (known) => known.group === group && known.targets.some((target) => target.instance === instance),
        ),
    ) ?? false
  );
}

function add(map: Map<string, number>, key: string, change: number): void {
  const now = (map.get(key) ?? 0) + change;
  if (now === 0) map.delete(key);
  else map.set(key, now);
}

function countersOf(map: Map<string, TrafficCounters>, key: string): TrafficCounters {
  let counters = map.get(key);
  if (counters === undefined) {
    counters = noTraffic();
    map.set(key, counters);
  }
  return counters;
}
