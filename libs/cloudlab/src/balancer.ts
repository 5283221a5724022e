import { rendezvousScore, tokenOf } from './affinity.ts';
import type { Preference } from './affinity.ts';
import type { TrafficGroup, TrafficService, TrafficTarget, UtilizationOf } from './data-plane.ts';
import { WeightedTurns } from './weighted-turns.ts';

/** An instance that was chosen, and the group it was chosen in. */
export interface Choice {
  readonly group: TrafficGroup;
  readonly target: TrafficTarget;
}

/** What a choice depends on besides the service. */
export interface Question {
  /** Milliseconds on any clock that only goes forward. */
  readonly now: number;
  readonly preference?: Preference | undefined;
  /** Instances that were tried already. */
  readonly tried?: ReadonlySet<string> | undefined;
  /** Whether the client may reach the target at all; everywhere when absent. */
  readonly admits?: ((target: TrafficTarget) => boolean) | undefined;
}

/** What is under way at the service's instances now. */
export interface Load {
  /** Connections or requests of this service at a group. */
  ofGroup(group: string): number;
  /** Connections or requests at an instance. */
  ofInstance(instance: string): number;
  readonly utilizationOf: UtilizationOf;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Chooses instances for one backend service: groups by their capacity until they are full, then those that are not,
 * then all again; within a group round robin or the one with the least under way. Affinity comes first while its
 * instance accepts. It knows no clock and no socket.
 */
export class Balancer {
  readonly #load: Load;
  readonly #groups = new WeightedTurns();
  readonly #turns = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();
  #service: TrafficService;
  #accepting = new Map<string, readonly TrafficTarget[]>();

  constructor(service: TrafficService, load: Load) {
    this.#load = load;
    this.#service = service;
    this.update(service);
  }

  get service(): TrafficService {
    return this.#service;
  }

  /** Takes the service as it is now; turns and counts go on. */
  update(service: TrafficService): void {
    this.#service = service;
    this.#accepting = new Map(
      service.groups.map(({ group, targets }) => [group, targets.filter(({ accepts }) => accepts)]),
    );
    const known = new Set(service.groups.map(({ group }) => group));
    this.#groups.keep(known);
    for (const map of [this.#turns, this.#buckets]) {
      for (const group of map.keys()) if (!known.has(group)) map.delete(group);
    }
  }

  /** Whether the choice still stands: its instance is in the group, at that port, and accepts. */
  stands({ group, target }: Choice): boolean {
    return (
      this.#accepting
        .get(group.group)
        ?.some(({ instance, port }) => instance === target.instance && port === target.port) ?? false
    );
  }

  /** Whether its instance is in the group still, whether it accepts or not. */
  holds({ group, target }: Choice): boolean {
    return this.#service.groups.some(
      (each) => each.group === group.group && each.targets.some(({ instance }) => instance === target.instance),
    );
  }

  /** Whether any instance accepts that was not tried, wherever the client is. */
  accepts(tried: ReadonlySet<string>): boolean {
    return [...this.#accepting.values()].some((targets) => targets.some(({ instance }) => !tried.has(instance)));
  }

  /** The next instance; undefined when none can take it. */
  choose(question: Question): Choice | undefined {
    const { tried, admits } = question;
    const able = (target: TrafficTarget): boolean => tried?.has(target.instance) !== true && admits?.(target) !== false;
    const open = this.#service.groups.filter(
      ({ group, capacity }) => capacity.scaler > 0 && (this.#accepting.get(group) ?? []).some(able),
    );
    const primary = open.filter(({ failover }) => !failover);
    const inUse = primary.length > 0 ? primary : open;
    if (inUse.length === 0) return undefined;

    const sticky = this.#sticky(inUse, question, able);
    if (sticky !== undefined) return this.#took(sticky, question.now);
    const spare = inUse.filter((group) => !this.#full(group, question.now));
    const groups = spare.length > 0 ? spare : inUse;
    const choice =
      question.preference?.hash === undefined
        ? this.#turn(groups, able, tried === undefined || tried.size === 0)
        : this.#hashed(groups, question.preference.hash, able);
    return choice && this.#took(choice, question.now);
  }

  #sticky(
    groups: readonly TrafficGroup[],
    { preference }: Question,
    able: (target: TrafficTarget) => boolean,
  ): Choice | undefined {
    if (preference?.token === undefined) return undefined;
    for (const group of groups) {
      const target = this.#accepting
        .get(group.group)
        ?.find((each) => tokenOf(each.instance) === preference.token && able(each));
      if (target !== undefined) return { group, target };
    }
    return undefined;
  }

  /** @param first whether this is the first try: later ones take nobody's turn */
  #turn(groups: readonly TrafficGroup[], able: (target: TrafficTarget) => boolean, first: boolean): Choice | undefined {
    const [only] = groups;
    const chosen = groups.length === 1 ? only?.group : this.#groups.next(this.#weights(groups));
    const group = groups.find((each) => each.group === chosen);
    if (group === undefined) return undefined;
    const targets = this.#accepting.get(group.group) ?? [];
    const turn = this.#turns.get(group.group) ?? 0;
    let best: TrafficTarget | undefined;
    let steps = 0;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[(turn + i) % targets.length];
      if (target === undefined || !able(target)) continue;
      if (best === undefined) {
        best = target;
        steps = i;
        if (this.#service.within === 'ROUND_ROBIN') break;
      } else if (this.#load.ofInstance(target.instance) < this.#load.ofInstance(best.instance)) {
        best = target;
        steps = i;
      }
    }
    if (first) this.#turns.set(group.group, (turn + steps + 1) % Math.max(1, targets.length));
    return best && { group, target: best };
  }

  #hashed(groups: readonly TrafficGroup[], key: string, able: (target: TrafficTarget) => boolean): Choice | undefined {
    let best: Choice | undefined;
    let most = Number.NEGATIVE_INFINITY;
    const weights = new Map(this.#weights(groups));
    for (const group of groups) {
      const targets = this.#accepting.get(group.group) ?? [];
      const weight = (weights.get(group.group) ?? 0) / Math.max(1, targets.length);
      for (const target of targets) {
        if (!able(target)) continue;
        const score = rendezvousScore(key, target.instance, weight);
        if (score > most) {
          most = score;
          best = { group, target };
        }
      }
    }
    return best;
  }

  /** By capacity where all groups have one of the same mode, else by the number of instances. */
  #weights(groups: readonly TrafficGroup[]): [string, number][] {
    const [first] = groups;
    const limits = groups.map(({ capacity }) => limitOf(capacity));
    const comparable =
      first !== undefined &&
      groups.every(({ capacity }) => capacity.mode === first.capacity.mode) &&
      limits.every((limit) => limit !== undefined);
    return groups.map(({ group, capacity }, i) => {
      const count = this.#accepting.get(group)?.length ?? 0;
      if (capacity.mode === 'UTILIZATION') {
        return [group, count * capacity.scaler * (comparable ? (capacity.utilization ?? 1) : 1)];
      }
      return [group, capacity.scaler * (comparable ? (limits[i] ?? 0) : count)];
    });
  }

  #full({ group, capacity, targets }: TrafficGroup, now: number): boolean {
    const { scaler, rate, connections, utilization } = capacity;
    if (connections !== undefined && this.#load.ofGroup(group) >= connections * scaler) return true;
    if (rate !== undefined && this.#refill(group, rate * scaler, now).tokens < 1) return true;
    if (capacity.mode !== 'UTILIZATION' || utilization === undefined) return false;
    const known = targets.flatMap(({ instance }) => this.#load.utilizationOf(instance) ?? []);
    return known.length > 0 && known.reduce((sum, each) => sum + each, 0) / known.length >= utilization * scaler;
  }

  /** Up to one second's worth may be saved: arrivals are never quite even. */
  #refill(group: string, perSecond: number, now: number): Bucket {
    const most = Math.max(1, perSecond);
    let bucket = this.#buckets.get(group);
    if (bucket === undefined) {
      bucket = { tokens: most, at: now };
      this.#buckets.set(group, bucket);
    }
    bucket.tokens = Math.min(most, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  }

  #took(choice: Choice, now: number): Choice {
    const { group, capacity } = choice.group;
    if (capacity.rate !== undefined) {
      const bucket = this.#refill(group, capacity.rate * capacity.scaler, now);
      bucket.tokens = Math.max(0, bucket.tokens - 1);
    }
    return choice;
  }
}

function limitOf({ mode, rate, connections, utilization }: TrafficGroup['capacity']): number | undefined {
  if (mode === 'RATE') return rate;
  return mode === 'CONNECTION' ? connections : utilization;
}
