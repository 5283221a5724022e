import { ExpressionError } from './error.ts';

/** How much an evaluation may do. Counted, not timed: the same input always ends the same way. */
export interface Limits {
  /** Characters of one expression. */
  readonly length: number;
  /** Nodes evaluated by one `resolve`. */
  readonly steps: number;
  /** Nesting of an expression, and of the values around it. */
  readonly depth: number;
  /** Characters of one text, items of one list. */
  readonly size: number;
}

/** All texts that one `resolve` gives may have so many times the size of one. */
const ALL_TEXTS = 4;

export const DEFAULT_LIMITS: Limits = { length: 10_000, steps: 50_000, depth: 64, size: 1_000_000 };

/** What is left of the limits. */
export class Budget {
  readonly limits: Limits;
  #steps = 0;
  #depth = 0;
  #given = 0;
  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Takes `count` steps. @throws ExpressionError when there are none left. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.limits.steps)
      throw new ExpressionError(`The expression needs more than ${this.limits.steps} steps`);
  }

  /** Takes the steps of work over a text or list of `length`. */
  work(length: number): void {
    this.step(Math.ceil(length / 64));
  }

  /** Takes the steps of what the platform does quickly with a text of `length`: copying, comparing, changing its case. */
  skim(length: number): void {
    if (length >= 1_024) this.step(Math.ceil(length / 1_024));
  }

  /** Counts a text of `length` that is a result, or part of one. @throws ExpressionError when all of them are too much. */
  give(length: number): void {
    this.#given += length;
    if (this.#given > this.limits.size * ALL_TEXTS)
      throw new ExpressionError(`The results have more than ${this.limits.size * ALL_TEXTS} characters altogether`);
  }

  /** One level deeper into a value. @throws ExpressionError when it is nested too deep. */
  nested<T>(work: () => T): T {
    if (++this.#depth > this.limits.depth * 4)
      throw new ExpressionError(`A value is nested deeper than ${this.limits.depth * 4}`);
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** Checks a result's size. */
  sized<T extends string | readonly unknown[]>(value: T): T {
    if (value.length > this.limits.size) throw new ExpressionError(`A result is larger than ${this.limits.size}`);
    return value;
  }
}
