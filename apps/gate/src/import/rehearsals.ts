import type { Rehearsal } from '@gennaker/contracts/document-import';
import type { Clock } from '@gennaker/service/clock';
import { SimulationThread } from '@gennaker/simulation/simulation-thread';

type Json = Readonly<Record<string, unknown>>;

/** A pipeline to be rehearsed, and others that it may start. */
export interface RehearsalPlay {
  readonly pipeline: Json;
  readonly others: readonly Json[];
}

/** Rehearses pipelines beside gate's calls, which it does not hold up. */
export type Rehearsals = SimulationThread<RehearsalPlay, Rehearsal>;

/** Rehearsals whose thread starts with the first one. */
export function rehearsals(clock: Clock): Rehearsals {
  return new SimulationThread(new URL('./rehearsal-thread.ts', import.meta.url), clock, {
    plays: 'pipelines',
    whenSilent: 'import it without a rehearsal',
  });
}
