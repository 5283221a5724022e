import type { AnyOperation, Inverse } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { undoSchema } from '../holds/records.ts';
import type { RunFrame } from './frame.ts';
import { ClaimLost, type Journal } from './journal.ts';
import type { Accepted } from './submit.ts';

/** Step of a description's journal that holds what takes it back. */
export const INVERSE_STEP = 'inverse';

const inverseSchema = z.union([z.object({ operations: undoSchema }), z.object({ impossible: z.string() })]);

/**
 * Asks what would bring back what is now, and records it before the first change.
 * @throws Error when it is to be held and cannot be taken back
 */
export async function recordInverse(
  frame: RunFrame,
  journal: Journal,
  index: number,
  definition: AnyOperation,
  entry: Accepted,
): Promise<void> {
  if (!definition.inverse) return;
  // Once something was changed it is too late to ask.
  if (journal.begun(index) && journal.has(`${index}.${INVERSE_STEP}`) === undefined) return;
  const { context } = frame;
  const found = await context.step(INVERSE_STEP, async (): Promise<Inverse> => {
    try {
      return (await definition.inverse?.(context, entry.description as never)) ?? { operations: [] };
    } catch (error) {
      if (error instanceof ClaimLost || context.signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return { impossible: `How it was before could not be read: ${message}` };
    }
  });
  if (entry.hold.wish && 'impossible' in found)
    throw new Error(`It cannot be held (${entry.hold.wish.name}), as it could not be taken back. ${found.impossible}`);
}

/** What takes a description back, as was recorded, or as its results say; undefined: nobody knows. */
export function inverseOf(
  definition: AnyOperation | undefined,
  description: JsonObject,
  recorded: unknown,
  results: unknown,
): Inverse | undefined {
  const known = inverseSchema.safeParse(recorded);
  if (known.success) return known.data;
  const made = z.array(z.record(z.string(), z.unknown())).safeParse(results);
  return made.success ? definition?.inverseOfResults?.(description as never, made.data) : undefined;
}
