import type { EngineEvent } from '../events.ts';
import { fold } from '../evolve.ts';
import type { ExecutionState } from '../model.ts';

/** The execution as it was after its event of this sequence number; undefined when it has had no such event. */
export function stateAt(events: readonly EngineEvent[], sequence: number): ExecutionState | undefined {
  const state = fold(events.filter((event) => event.sequence <= sequence));
  return state?.version === sequence ? state : undefined;
}
