import type { EchoEvent } from '@gennaker/contracts/echo';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';

/** A start that a trigger wants, before it is decided. */
export interface Candidate {
  readonly pipeline: Pipeline;
  readonly trigger: ExecutionTrigger;
  readonly event: EchoEvent;
}

/**
 * What a start has to pass after its trigger matched. Answers why not, or nothing.
 * @throws when that cannot be found out now: the event waits
 */
export type StartGate = (candidate: Candidate) => Reason | undefined | Promise<Reason | undefined>;

/** Why the first gate that is closed does not let a start pass; undefined when all are open. */
export async function closedGate(gates: readonly StartGate[], candidate: Candidate): Promise<Reason | undefined> {
  for (const gate of gates) {
    const reason = await gate(candidate);
    if (reason) return reason;
  }
  return undefined;
}
