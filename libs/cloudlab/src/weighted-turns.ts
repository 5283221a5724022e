/**
 * Takes turns by weight, as evenly as can be: after any number of turns each key had its share to within one turn.
 * Keys may come, go and change weight from turn to turn.
 */
export class WeightedTurns {
  readonly #credit = new Map<string, number>();

  /** The next key; undefined when no weight is above 0. */
  next(weights: readonly (readonly [key: string, weight: number])[]): string | undefined {
    let sum = 0;
    let best: string | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const [key, weight] of weights) {
      if (weight <= 0) continue;
      sum += weight;
      const credit = (this.#credit.get(key) ?? 0) + weight;
      this.#credit.set(key, credit);
      if (credit > most) {
        most = credit;
        best = key;
      }
    }
    if (best === undefined) return undefined;
    this.#credit.set(best, most - sum);
    return best;
  }

  /** Forgets keys that are not there any more. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#credit.keys()) if (!keys.has(key)) this.#credit.delete(key);
  }
}
