import type { Clock } from './clock.ts';
import type { DataPlane, UtilizationOf } from './data-plane.ts';
import { HealthProber } from './health-prober.ts';
import { MonitoredRules } from './monitored-rules.ts';
import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';
import { planListeners } from './listener-plan.ts';
import { planProbes } from './traffic-plan.ts';
import type { HealthOf } from './traffic-plan.ts';

/** Keeps health probes and the data plane in step with the state. */
export class Traffic {
  readonly dataPlane: DataPlane;
  readonly healthOf: HealthOf;
  readonly monitored = new MonitoredRules();
  readonly #store: Store;
  readonly #prober: HealthProber;
  readonly #utilizationOf: UtilizationOf;
  readonly #watchers = new Set<() => void>();
  #problems: ReadonlyMap<string, string> = new Map();
  #serving = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  /** @param utilizationOf processor use of an instance, for groups that are balanced by it */
  constructor(store: Store, clock: Clock, runtime: Runtime, dataPlane: DataPlane, utilizationOf: UtilizationOf) {
    this.#store = store;
    this.#utilizationOf = utilizationOf;
    this.dataPlane = dataPlane;
    this.#prober = new HealthProber(
      clock,
      (probe) => runtime.probe(probe),
      () => void this.refresh(),
    );
    this.healthOf = (key) => this.#prober.state(key);
  }

  /** Brings everything in line with the state as it is now; resolves when the data plane follows it. */
  refresh(): Promise<void> {
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(async () => {
        this.#queued = undefined;
        this.#running = this.#apply();
        await this.#running;
      });
    return this.#queued;
  }

  /** Why a forwarding rule does not listen, undefined when it does. */
  problem(rule: string): string | undefined {
    return this.#problems.get(rule);
  }

  /** Whether new connections may come to the instance. */
  isServing(instance: string): boolean {
    return this.#serving.has(instance);
  }

  /** Calls `watcher` after every change of health or of what serves, until the answer is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async close(): Promise<void> {
    this.#prober.close();
    await this.dataPlane.close();
  }

  async #apply(): Promise<void> {
    this.#prober.watch(planProbes(this.#store));
    this.monitored.learn(this.#store);
    const listeners = planListeners(this.#store, this.healthOf);
    this.#problems = await this.dataPlane.apply(listeners, this.#utilizationOf);
    this.#serving = new Set(
      listeners.flatMap(({ services }) =>
        services.flatMap(({ groups }) =>
          groups.flatMap(({ targets }) => targets.filter(({ accepts }) => accepts).map(({ instance }) => instance)),
        ),
      ),
    );
    for (const watcher of this.#watchers) watcher();
  }
}
