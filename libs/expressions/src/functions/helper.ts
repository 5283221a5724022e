import type { Surroundings } from '../surroundings.ts';

/** A helper function, `#name(...)`. */
export interface Helper {
  /** The least and the most values it takes. */
  readonly takes: readonly [number, number];
  readonly call: (args: readonly unknown[], around: Surroundings) => unknown;
}

/** A helper of exactly `count` values. */
export function taking(count: number, call: Helper['call']): Helper {
  return { takes: [count, count], call };
}
