import type { SimulatedWorld } from '@gennaker/simulation/simulated-world';

/** Within this time a load balancer of a trial knows how an instance is, ms. */
export const FINDS_OUT_MS = 5_000;
/** How long a change by hand may take, ms. */
const BY_HAND_MS = 30_000;
const LITTLE = 1e-6;

/** What was seen of a trial, in instances. */
export interface Watched {
  /** Least capacity that served at any second; what trouble itself took counts as serving. */
  readonly least: number;
  readonly most: number;
  /** Times at which something was taken from a server group while too little of what remained was known to be healthy, in words. */
  readonly taken: readonly string[];
}

/** Looks at the load balancer of a trial each second. */
export class TrialWatch implements Watched {
  least = Infinity;
  most = 0;
  readonly taken: string[] = [];
  readonly #world: SimulatedWorld;
  readonly #needed: number;
  readonly #oldGroup: string | undefined;
  /** What orders let each server group serve with, at the last look. */
  #ordered = new Map<string, number>();
  /** When each instance was healthy last. */
  readonly #healthy = new Map<string, number>();
  /** Until when a server group changes by somebody's hand. */
  readonly #byHand = new Map<string, number>();

  /**
   * @param oldGroup none of its instances is ill by trouble; undefined: old and new ones are of one server group
   * @param needed instances that must be known to be healthy whenever something is taken
   */
  constructor(world: SimulatedWorld, oldGroup: string | undefined, needed: number) {
    this.#world = world;
    this.#oldGroup = oldGroup;
    this.#needed = needed;
  }

  /** Somebody changes a server group by hand from now on. */
  touched(serverGroup: string): void {
    this.#byHand.set(serverGroup, this.#world.time.now() + BY_HAND_MS);
  }

  /** Server groups that get requests now and have an instance that answers them. */
  serving(): string[] {
    return this.#groups()
      .filter(({ share, targets }) => share > 0 && targets.some(({ accepts }) => accepts))
      .map(({ name }) => name);
  }

  /** @param ill the new server group is told to be ill, or the load balancer finds out that it is not any more */
  look(ill: boolean): void {
    const { cloud, time } = this.#world;
    const now = time.now();
    const ordered = new Map<string, number>();
    let capacity = 0;
    let known = 0;
    for (const { name, share, targets } of this.#groups()) {
      ordered.set(name, (ordered.get(name) ?? 0) + targets.length * share);
      for (const { instance, accepts } of targets) {
        if (accepts) this.#healthy.set(instance, now);
        // An instance that is unhealthy by trouble alone counts: nobody's order has taken it.
        const byTrouble = name !== this.#oldGroup && (ill || cloud.isTroubled(instance));
        if (accepts || byTrouble) capacity += share;
        if ((this.#healthy.get(instance) ?? -Infinity) >= now - FINDS_OUT_MS) known += share;
      }
    }
    this.least = Math.min(this.least, capacity);
    this.most = Math.max(this.most, capacity);
    for (const [name, before] of this.#ordered) {
      const lost = before - (ordered.get(name) ?? 0);
      if (lost > LITTLE && known < this.#needed - LITTLE && (this.#byHand.get(name) ?? 0) < now)
        this.taken.push(`${name} lost ${lost} while ${known} of the rest were known to be healthy`);
    }
    this.#ordered = ordered;
  }

  #groups() {
    return this.#world.cloud.traffic.listeners.flatMap(({ services }) =>
      services.flatMap(({ groups }) =>
        groups.map(({ group, capacity, targets }) => ({
          name: group.slice(group.lastIndexOf('/') + 1),
          share: capacity.scaler,
          targets,
        })),
      ),
    );
  }
}
