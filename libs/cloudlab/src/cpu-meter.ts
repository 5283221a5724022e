import type { Clock } from './clock.ts';
import { findMachineType } from './locations.ts';
import { lastPart } from './path.ts';
import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';

/** Time over which use is averaged, milliseconds. */
const WINDOW_MS = 30_000;

interface Sample {
  readonly at: number;
  readonly seconds: number;
}

/** Measures how busy instances keep the processors of their machine type. */
export class CpuMeter {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  /** Samples of the last half minute, by instance id. */
  readonly #samples = new Map<string, readonly Sample[]>();

  constructor(store: Store, clock: Clock, runtime: Runtime) {
    this.#store = store;
    this.#clock = clock;
    this.#runtime = runtime;
  }

  /** Looks at these instances now; others are forgotten. @param paths instance paths */
  async measure(paths: readonly string[]): Promise<void> {
    const ids = paths.flatMap((path) => this.#store.get('instances', path)?.id ?? []);
    const used = await this.#runtime.cpuSeconds(ids);
    const now = this.#clock.now();
    for (const id of this.#samples.keys()) if (!used.has(id)) this.#samples.delete(id);
    for (const [id, seconds] of used) {
      const before = (this.#samples.get(id) ?? []).filter(
        // A restarted program counts from nought again.
        (sample) => sample.at > now - WINDOW_MS && sample.at < now && sample.seconds <= seconds,
      );
      this.#samples.set(id, [...before, { at: now, seconds }]);
    }
  }

  /** Processor use of an instance, 0 to 1 of all that its machine has; undefined until it was measured twice. */
  utilization(path: string): number | undefined {
    const instance = this.#store.get('instances', path);
    const samples = instance === undefined ? [] : (this.#samples.get(instance.id) ?? []);
    const [first] = samples;
    const last = samples.at(-1);
    if (instance === undefined || first === undefined || last === undefined || first.at === last.at) return undefined;
    const processors = Math.min(
      findMachineType(lastPart(instance.machineType))?.guestCpus ?? 1,
      this.#runtime.processors,
    );
    const busy = (last.seconds - first.seconds) / ((last.at - first.at) / 1000);
    return Math.min(1, busy / processors);
  }
}
