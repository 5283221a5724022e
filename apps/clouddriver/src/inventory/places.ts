import type { Clock } from '@gennaker/service/clock';

/**
 * Places for what is best not done all at once: at most `most` are held, and whoever comes then waits in line. A place
 * that is held for longer than `holdMs` is given on, so that nobody who is slow holds up the line. Answers how to take
 * one; taking answers how to leave.
 */
export function createPlaces(clock: Pick<Clock, 'after'>, most: number, holdMs: number): () => Promise<() => void> {
  let free = most;
  const line: (() => void)[] = [];
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => line.push(resolve));
    let held = true;
    const leave = (): void => {
      if (!held) return;
      held = false;
      cancel();
      const next = line.shift();
      if (next) next();
      else free++;
    };
    const cancel = clock.after(holdMs, leave);
    return leave;
  };
}
