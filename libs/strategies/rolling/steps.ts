/** A step of a rolling replacement: one of the two server groups gets a new size. */
export interface RollingStep {
  readonly group: 'new' | 'old';
  /** Instances that it has after the step. */
  readonly size: number;
  /** Instances of the new server group that must be healthy before the step: those that it has by then. */
  readonly newSize: number;
}

/** How many instances there may be beyond, and how many may be missing; whole numbers. */
export interface RollingBounds {
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * The sizes through which a rolling replacement goes. With `from` old instances and `to` new ones in the end, there are never
 * more than max(from, to) + surge in all, and once a step is done never fewer than min(from, to) - unavailable that serve.
 * @throws Error when neither a surplus nor a lack is allowed, as then nothing can move
 */
export function rollingSteps(from: number, to: number, { surge, unavailable }: RollingBounds): RollingStep[] {
  if (from > 0 && to > 0 && surge < 1 && unavailable < 1)
    throw new Error('A rolling deploy needs room: at least one instance more, or one that may be missing.');
  const most = Math.max(from, to) + surge;
  const least = Math.max(0, Math.min(from, to) - unavailable);
  const steps: RollingStep[] = [];
  let [old, made] = [from, 0];
  while (made < to || old > 0) {
    const grown = Math.min(to, most - old);
    if (grown > made) steps.push({ group: 'new', size: (made = grown), newSize: made });
    const left = made >= to ? 0 : Math.min(old, Math.max(0, least - made));
    if (left < old) steps.push({ group: 'old', size: (old = left), newSize: made });
  }
  return steps;
}

/** A bound as users write it: instances, or a percentage of `size` (`round`: a surplus up, a lack down). */
export function boundOf(value: number | string, size: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const share = (Number.parseFloat(value) * size) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
