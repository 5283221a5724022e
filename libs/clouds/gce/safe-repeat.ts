import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { MutateOptions } from './compute.ts';
import { failedAs } from './errors.ts';

/** Inserts; what exists already is taken for ours when `isOurs` says so, after a crash between insert and journal. */
export async function insertOnce(insert: () => Promise<unknown>, isOurs: () => Promise<boolean>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    if (!failedAs(error, 'conflict') || !(await isOurs())) throw error;
  }
}

/** Waits for a removal; that the thing is not there is what was wanted. */
export async function ignoreAbsent(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!failedAs(error, 'notFound')) throw error;
  }
}

/** Waits for a removal; answers false when it stays because something else still uses it. */
export async function removeUnused(removal: Promise<unknown>): Promise<boolean> {
  try {
    await ignoreAbsent(removal);
    return true;
  } catch (error) {
    if (!failedAs(error, 'inUse')) throw error;
    return false;
  }
}

/** How a step's change is made: repeatable by its purpose, given up with the operation. */
export function changing(context: OperationContext, purpose: string): MutateOptions {
  return { requestId: context.requestId(purpose), signal: context.signal };
}

/** How a change is taken back: also when the operation was told to stop, so that nothing is left. */
export function undoing(context: OperationContext, purpose: string): MutateOptions {
  return { requestId: context.requestId(`undo ${purpose}`) };
}
