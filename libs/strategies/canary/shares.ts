/**
 * Per cent of its own capacity that the new server group may serve with, beside an old one that keeps the rest of its own,
 * so that its share of the traffic is no more than `percentage`. Sizes are in instances; at least 1.
 */
export function weightFor(percentage: number, newSize: number, oldSize: number): number {
  if (newSize <= oldSize) return percentage;
  return Math.max(1, Math.floor((percentage * oldSize) / newSize));
}

/** Instances of the new server group beside a whole old one, so that its share is no more than `percentage`; at least 1, at most `most`. */
export function instancesFor(percentage: number, oldSize: number, most: number): number {
  return Math.min(most, Math.max(1, Math.floor((percentage * oldSize) / (100 - percentage))));
}
