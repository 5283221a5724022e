import { object, text } from './stage-ui.tsx';

/** A size as people read it: `3`, or `3 (2 to 6)` where an autoscaler may change it; undefined for what is no size. */
export function capacityWords(value: unknown): string | undefined {
  const { min, max, desired } = object(value);
  if (typeof min !== 'number' || typeof max !== 'number' || typeof desired !== 'number') return undefined;
  return min === max ? text(desired) : `${desired} (${min} to ${max})`;
}
