import type { Node } from './ast.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { LookUp } from './lookups.ts';
import { RandomNumbers, seedOf } from './random.ts';
import { ExpressionError } from './error.ts';
import type { Helper } from './functions/helper.ts';
import type { Scope } from './values.ts';

/** What an evaluation may know beside the names of its scope. */
export interface Options {
  readonly limits?: Limits;
  /** What a missing key read by a dot or a bare name is: null (in stages), or an error (at a pipeline's start). */
  readonly unknownKeys?: 'null' | 'error';
  /** Epoch milliseconds, for `new java.util.Date()` and `LocalDate.now()`; without it they are refused. */
  readonly now?: number;
  /** What random numbers and ids grow from: the same seed gives the same ones. Without it they are refused. */
  readonly seed?: string;
  /** The stage that the expression belongs to, for `#currentStage()`; without it there is none. */
  readonly stageId?: string;
  /** Who it is evaluated for, for `#currentUser()`. */
  readonly user?: string;
  /** Answers look-ups; without it nothing outside can be asked. */
  readonly lookUp?: LookUp;
  /** Helper functions that take the place of those of their names, where the real ones have nothing to ask. */
  readonly helpers?: Readonly<Record<string, Helper>>;
  /** How `Integer.getInteger` and its like behave: refused, or as if no system property were set. */
  readonly systemProperties?: 'refused' | 'none';
}

/** All that one evaluation works with. */
export class Surroundings {
  readonly scope: Scope;
  readonly options: Options;
  readonly budget: Budget;
  /** Told each part's value as it is evaluated, inner ones first. */
  follow: ((node: Node, outcome: { readonly value: unknown } | { readonly error: string }) => void) | undefined;
  #chance: RandomNumbers | undefined;

  constructor(scope: Scope, options: Options) {
    this.scope = scope;
    this.options = options;
    this.budget = new Budget(options.limits ?? DEFAULT_LIMITS);
  }

  /** @throws ExpressionError where there is no clock. */
  get now(): number {
    if (this.options.now === undefined) throw new ExpressionError('There is no clock here');
    return this.options.now;
  }

  /** Where chance comes from. @throws ExpressionError where there is no seed. */
  get chance(): RandomNumbers {
    if (this.options.seed === undefined) throw new ExpressionError('There are no random numbers here');
    return (this.#chance ??= new RandomNumbers(seedOf(this.options.seed)));
  }
}
