import type { Clock } from './clock.ts';
import type { TrafficListener } from './data-plane.ts';
import { LATENCY_SLOTS, latencySlot } from './latency-buckets.ts';

/** How often counters are taken, milliseconds. */
export const SAMPLE_PERIOD_MS = 1_000;
/** Samples older than this are forgotten. */
const KEPT_MS = 3_600_000;
/** Forgetting is done this often. */
const SWEEP_MS = 60_000;

/** What was counted in one period. */
export interface MeterSample {
  /** End of the period, epoch milliseconds: a whole number of periods. */
  readonly endMs: number;
  readonly count: number;
  /** Of the latencies, milliseconds; 0 for connections. */
  readonly sumMs: number;
  readonly sumOfSquares: number;
  /** Latencies by `latencySlot`, up to the last that holds any; empty for connections. */
  readonly buckets: Uint32Array;
}

/** Samples of one forwarding rule, group and answer. */
export interface MeterSeries {
  /** Path of the forwarding rule. */
  readonly rule: string;
  /** Path of the backend service; empty when no group was chosen, or nobody knows. */
  readonly service: string;
  /** Path of the group; empty when the load balancer answered itself. */
  readonly group: string;
  /** HTTP status, 0 when there was no whole answer; `connections` counts new connections. */
  readonly of: number | 'connections';
  /** Oldest first; periods in which there was nothing are left out. */
  readonly samples: readonly MeterSample[];
}

/** A series that is counted: nothing is allocated but once a period. */
class Counter {
  readonly samples: MeterSample[] = [];
  readonly #buckets = new Uint32Array(LATENCY_SLOTS);
  #endMs = 0;
  #count = 0;
  #sumMs = 0;
  #sumOfSquares = 0;
  #top = 0;

  add(now: number, ms: number | undefined): void {
    if (now >= this.#endMs) {
      this.close(now);
      this.#endMs = (Math.floor(now / SAMPLE_PERIOD_MS) + 1) * SAMPLE_PERIOD_MS;
    }
    this.#count++;
    if (ms === undefined) return;
    const slot = latencySlot(ms);
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + 1;
    this.#sumMs += ms;
    this.#sumOfSquares += ms * ms;
    if (slot >= this.#top) this.#top = slot + 1;
  }

  /** Makes a sample of the period that is counted, when it is over. */
  close(now: number): void {
    if (this.#count === 0 || now < this.#endMs) return;
    this.samples.push({
      endMs: this.#endMs,
      count: this.#count,
      sumMs: this.#sumMs,
      sumOfSquares: this.#sumOfSquares,
      buckets: this.#buckets.slice(0, this.#top),
    });
    this.#count = 0;
    this.#sumMs = 0;
    this.#sumOfSquares = 0;
    this.#top = 0;
    this.#buckets.fill(0);
  }

  /** Lets go of what ended before. @returns whether nothing is left */
  forget(before: number): boolean {
    const kept = this.samples.findIndex(({ endMs }) => endMs >= before);
    this.samples.splice(0, kept < 0 ? this.samples.length : kept);
    return this.samples.length === 0 && this.#count === 0;
  }
}

/** Counts what load balancers did, second by second, for an hour. It needs no timer: a period ends with the next count or look. */
export class TrafficMeter {
  readonly #clock: Clock;
  /** By forwarding rule, group, and what is counted. */
  readonly #counters = new Map<string, Map<string, Map<MeterSeries['of'], Counter>>>();
  /** Backend service by forwarding rule and group, of those that are gone too. */
  readonly #services = new Map<string, Map<string, string>>();
  #swept = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of which service leads from a rule to a group. */
  learn(listeners: Iterable<TrafficListener>): void {
    const told = new Set<string>();
    for (const { rule, services } of listeners) {
      told.add(rule);
      for (const { service, groups } of services)
        for (const { group } of groups)
          entry(this.#services, rule, () => new Map<string, string>()).set(group, service);
    }
    for (const rule of this.#services.keys())
      if (!told.has(rule) && !this.#counters.has(rule)) this.#services.delete(rule);
  }

  /** A request. @param group empty when none was chosen @param status 0 when there was no whole answer */
  answered(rule: string, group: string, status: number, ms: number): void {
    this.#count(rule, group, status, ms);
  }

  /** A new connection to an instance of a group. */
  connected(rule: string, group: string): void {
    this.#count(rule, group, 'connections', undefined);
  }

  /** Everything that is remembered of periods that are over. */
  series(): MeterSeries[] {
    this.#sweep();
    const now = this.#clock.now();
    const all: MeterSeries[] = [];
    for (const [rule, groups] of this.#counters)
      for (const [group, counters] of groups)
        for (const [of, counter] of counters) {
          counter.close(now);
          const service = this.#services.get(rule)?.get(group) ?? '';
          if (counter.samples.length > 0) all.push({ rule, service, group, of, samples: counter.samples });
        }
    return all;
  }

  #count(rule: string, group: string, of: MeterSeries['of'], ms: number | undefined): void {
    const now = this.#clock.now();
    if (now - this.#swept >= SWEEP_MS) this.#sweep();
    const groups = entry(this.#counters, rule, () => new Map<string, Map<MeterSeries['of'], Counter>>());
    const counters = entry(groups, group, () => new Map<MeterSeries['of'], Counter>());
    entry(counters, of, () => new Counter()).add(now, ms);
  }

  #sweep(): void {
    const now = this.#clock.now();
    this.#swept = now;
    for (const [rule, groups] of this.#counters) {
      for (const [group, counters] of groups) {
        for (const [of, counter] of counters) {
          counter.close(now);
          if (counter.forget(now - KEPT_MS)) counters.delete(of);
        }
        if (counters.size === 0) groups.delete(group);
      }
      if (groups.size === 0) this.#counters.delete(rule);
    }
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
