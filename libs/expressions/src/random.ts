/**
 * The linear congruential generator of java.util.Random (48 bits, as its documentation states it), so that a seed gives
 * the numbers that pipelines' authors know.
 */
export class RandomNumbers {
  #state: bigint;
  constructor(seed: bigint) {
    this.#state = (seed ^ 0x5deece66dn) & ((1n << 48n) - 1n);
  }

  /** The next `bits` bits, at most 32, as a signed int. */
  #next(bits: number): number {
    this.#state = (this.#state * 0x5deece66dn + 0xbn) & ((1n << 48n) - 1n);
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)));
  }

  nextInt(): number {
    return this.#next(32);
  }

  /** An int from 0 to below `bound`, which is at least 1. */
  nextBelow(bound: number): number {
    let bits = this.#next(31);
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(bits)) >> 31n);
    for (;;) {
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 2 ** 31 - 1) return value;
      bits = this.#next(31);
    }
  }

  nextLong(): bigint {
    return BigInt.asIntN(64, (BigInt(this.#next(32)) << 32n) + BigInt(this.#next(32)));
  }

  nextDouble(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) / 2 ** 53;
  }

  nextBoolean(): boolean {
    return this.#next(1) !== 0;
  }
}

/** A seed from a text, the same for the same text (FNV-1a, 64 bits). */
export function seedOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return hash;
}
