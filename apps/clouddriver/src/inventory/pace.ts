/** Times between looks at an account, ms. */
export interface Pace {
  /** While something changes. */
  readonly fastest: number;
  /** While nothing changes, but somebody looks. */
  readonly watched: number;
  /** While nothing changes and nobody looks. */
  readonly slowest: number;
}
export const PACE: Pace = { fastest: 2_000, watched: 15_000, slowest: 120_000 };

/** What a look learned: `restless` means that the cloud is on its way to something, though nothing changed just now. */
export type LookOutcome = 'changed' | 'restless' | 'unchanged' | 'failed';

const BACK_OFF = 2;

/** What the cloud is on its way to takes a while, or never comes: such looks slow down as well, though not far. */
const RESTLESS_MOST = 4;

/** The wait after a look, from the wait before it: short while something happens, longer and longer while nothing does. */
export function nextWait(previous: number, outcome: LookOutcome, watched: boolean, pace: Pace): number {
  if (outcome === 'changed') return pace.fastest;
  const most = watched ? pace.watched : pace.slowest;
  const limit = outcome === 'restless' ? Math.min(RESTLESS_MOST * pace.fastest, most) : most;
  return Math.min(Math.max(previous * BACK_OFF, pace.fastest), limit);
}
