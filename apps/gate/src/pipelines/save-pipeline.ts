import { ServiceError } from '@gennaker/contracts/error';
import type { SavedPipeline } from '@gennaker/contracts/front50';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/**
 * Saves a pipeline or strategy in front50. Whatever front50 finds wrong is 400 here, also where it says 422: gate's
 * clients know one code of a save that was refused.
 */
export async function savePipeline(
  { front50 }: Gate,
  args: Parameters<Gate['front50']['savePipeline']>[0],
  options: CallOptions,
): Promise<SavedPipeline> {
  try {
    return await front50.savePipeline(args, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 422) throw error;
    throw new ServiceError(400, error.message, error.details, { cause: error });
  }
}
