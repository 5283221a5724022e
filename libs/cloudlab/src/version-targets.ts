import type { Amount } from './group-manager-schema.ts';

/**
 * How many instances each version should have: those with a size of their own get it (shares are rounded up), the one
 * without gets the rest. The answers add up to `targetSize`.
 */
export function versionTargets(sizes: readonly (Amount | undefined)[], targetSize: number): number[] {
  let left = targetSize;
  const wanted = sizes.map((size) => {
    if (size === undefined) return undefined;
    const count = Math.min(left, amountOf(size, targetSize, 'up'));
    left -= count;
    return count;
  });
  // Where every version has a size, what is missing goes to the first one.
  const rest = Math.max(0, wanted.indexOf(undefined));
  return wanted.map((count, position) => (count ?? 0) + (position === rest ? left : 0));
}

/** The number that a fixed or relative amount means. Surge and version sizes are rounded up, what may be missing down. */
export function amountOf(amount: Amount, targetSize: number, rounding: 'up' | 'down'): number {
  if (amount.fixed !== undefined) return amount.fixed;
  const share = ((amount.percent ?? 0) / 100) * targetSize;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}
