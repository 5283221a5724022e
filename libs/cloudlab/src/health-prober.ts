import type { Clock, Timer } from './clock.ts';
import type { Probe, ProbeResult } from './runtime.ts';

/** One instance to watch with one health check. */
export interface ProbeTarget {
  /** Health check path, instance path and port: the key of its state. */
  readonly key: string;
  readonly probe: Probe;
  readonly intervalMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Why the question cannot reach the instance, in a sentence; it is not asked then. */
  readonly denied?: string | undefined;
}

/** What is known of one target. */
export interface HealthState {
  readonly state: 'HEALTHY' | 'UNHEALTHY';
  /** Why: the last answer in words. */
  readonly reason: string;
  /** Milliseconds since the epoch of the last change of `state`. */
  readonly since: number;
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

interface Watch {
  target: ProbeTarget;
  state: HealthState;
  successes: number;
  failures: number;
  timer: Timer | undefined;
}

/** Asks instances at intervals and keeps their state by the check's thresholds. A new target is UNHEALTHY until it proved itself. */
export class HealthProber {
  readonly #clock: Clock;
  readonly #ask: (probe: Probe) => Promise<ProbeResult>;
  readonly #changed: () => void;
  readonly #watches = new Map<string, Watch>();
  /** Place of the newest target's questions within its interval, 0 to 1. */
  #phase = 0;

  /** @param changed called after a target's state changed */
  constructor(clock: Clock, ask: (probe: Probe) => Promise<ProbeResult>, changed: () => void) {
    this.#clock = clock;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Watches exactly these targets from now on; known ones keep their state. */
  watch(targets: readonly ProbeTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.key, target]));
    for (const [key, watch] of this.#watches) {
      if (wanted.has(key)) continue;
      watch.timer?.cancel();
      this.#watches.delete(key);
    }
    for (const target of wanted.values()) {
      const known = this.#watches.get(target.key);
      if (known !== undefined) {
        known.target = target;
        continue;
      }
      const watch: Watch = {
        target,
        state: { state: 'UNHEALTHY', reason: 'No probe has answered yet.', since: this.#clock.now() },
        successes: 0,
        failures: 0,
        timer: undefined,
      };
      this.#watches.set(target.key, watch);
      // Targets that come together are not asked together: their questions would make requests wait. Steps of the
      // golden ratio spread any number of them evenly.
      this.#phase = (this.#phase + GOLDEN_RATIO) % 1;
      void this.#run(watch, this.#phase);
    }
  }

  /** State of a target, undefined while it is not watched. */
  state(key: string): HealthState | undefined {
    return this.#watches.get(key)?.state;
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.timer?.cancel();
    this.#watches.clear();
  }

  /** @param share of the interval that passes until the next question */
  async #run(watch: Watch, share = 1): Promise<void> {
    const started = this.#clock.now();
    const { target } = watch;
    const answer =
      target.denied === undefined
        ? await this.#ask(target.probe).catch(unaskable)
        : { ok: false, reason: target.denied };
    if (this.#watches.get(target.key) !== watch) return;
    this.#count(watch, answer);
    const wait = Math.max(0, Math.round(watch.target.intervalMs * share) - (this.#clock.now() - started));
    watch.timer = this.#clock.after(wait, () => void this.#run(watch));
  }

  #count(watch: Watch, { ok, reason }: ProbeResult): void {
    watch.successes = ok ? watch.successes + 1 : 0;
    watch.failures = ok ? 0 : watch.failures + 1;
    const { state } = watch.state;
    const reached = ok
      ? watch.successes >= watch.target.healthyThreshold
      : watch.failures >= watch.target.unhealthyThreshold;
    const next = reached ? (ok ? 'HEALTHY' : 'UNHEALTHY') : state;
    if (next !== state) {
      watch.state = { state: next, reason, since: this.#clock.now() };
      this.#changed();
      return;
    }
    const count = ok
      ? `${reason} ${watch.successes} of ${watch.target.healthyThreshold} good answers in a row.`
      : reason;
    watch.state = { ...watch.state, reason: (next === 'HEALTHY') === ok ? reason : count };
  }
}

/** A question that cannot even be put is answered: a check that was stored long ago ends neither its target nor the rest. */
function unaskable(cause: unknown): ProbeResult {
  const why = cause instanceof Error ? cause.message : String(cause);
  return { ok: false, reason: `The health check cannot be asked: ${why}. Change its settings.` };
}
