import type { Reason } from '@gennaker/contracts/execution';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { EndOfReplay, type RunFrame } from './frame.ts';
import { ClaimLost, type Journal } from './journal.ts';

/** What could not be undone: the step, and why in the cloud's words. */
export interface Leftover {
  readonly step: string;
  readonly message: string;
}

/** How a description came to its end. */
export interface Ended {
  readonly results: readonly JsonObject[];
  readonly failure: Reason | null;
  readonly leftovers: readonly Leftover[];
}

/** One description of an operation, and what its end is told to. */
export interface DescriptionRun {
  readonly journal: Journal;
  readonly frame: RunFrame;
  readonly index: number;
  /** Name of the operation, for people. */
  readonly operation: string;
  /** Why it failed before a crash: then it is only undone. */
  readonly failedBefore: Reason | null;
  /** Whether this process is to run it no longer: then nothing is written. */
  givenUp(): boolean;
  run(): Promise<readonly JsonObject[]>;
  reasonOf(error: unknown): Reason;
  /** Records that from here on the operation is only undone. */
  recordFailure(failure: Reason): Promise<void>;
}

/**
 * Runs or resumes one description to its end; what a failed one had made is undone, last step first.
 * @throws ClaimLost, or what ended the process's part
 */
export async function runDescription(part: DescriptionRun): Promise<Ended> {
  const { journal, frame, index, failedBefore } = part;
  try {
    const results = await part.run();
    if (failedBefore) return await undo(journal, part.operation, frame, failedBefore);
    await journal.begin(`${index}.result`);
    await journal.finish(`${index}.result`, results);
    return { results, failure: null, leftovers: [] };
  } catch (error) {
    if (error instanceof ClaimLost || part.givenUp()) throw error;
    const failure = failedBefore ?? part.reasonOf(error);
    if (!failedBefore && !(error instanceof EndOfReplay)) await part.recordFailure(failure);
    return undo(journal, part.operation, frame, failure);
  }
}

async function undo(journal: Journal, operation: string, frame: RunFrame, failure: Reason): Promise<Ended> {
  const leftovers: Leftover[] = [];
  let undone = 0;
  for (const step of frame.undos.toReversed()) {
    await journal.progress('UNDO', `Undoing ${stepText(step.step)} of ${operation}`);
    try {
      await step.run();
      await journal.undone(step.step);
      undone++;
    } catch (error) {
      if (error instanceof ClaimLost) throw error;
      leftovers.push({ step: step.step, message: error instanceof Error ? error.message : String(error) });
    }
  }
  const { stays } = frame;
  const evidence = stays.length > 0 ? { evidence: { ...failure.evidence, stays } } : {};
  return {
    results: [],
    failure: { ...failure, next: nextOf(failure, leftovers, undone, stays), ...evidence },
    leftovers,
  };
}

/** What can be done about a failure, and what became of what the operation had done. */
function nextOf(failure: Reason, leftovers: readonly Leftover[], undone: number, stays: readonly string[]): string {
  const left = leftovers.length
    ? `This could not be undone: ${leftovers.map(({ step, message }) => `${stepText(step)} (${message})`).join('; ')}. Retry to finish the operation, or undo to take back the rest, once the cause is gone`
    : null;
  if (stays.length > 0)
    return `This is done and cannot be undone: ${stays.join('; ')}. ${left ?? 'Retry to do the rest, once the cause is gone'}`;
  if (left) return left;
  return undone > 0
    ? 'What it had made was removed again; correct the cause and start it again'
    : `Nothing had been changed. ${failure.next ?? 'Correct the cause and start it again'}`;
}

/** A step as people read it: without the index of its description. */
export const stepText = (step: string): string => step.replace(/^\d+\./, '');
