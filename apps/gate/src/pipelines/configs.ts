import { ServiceError } from '@gennaker/contracts/error';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/** The pipelines with their place in the list as `index`; `filter`: only names that contain it, ignoring case. */
export function renumbered(pipelines: readonly Pipeline[], filter: string | undefined): Pipeline[] {
  return pipelines
    .map((pipeline, index) => ({ ...pipeline, index }))
    .filter((pipeline) => filter === undefined || pipeline.name.toLowerCase().includes(filter.toLowerCase()));
}

/** An application's pipeline by name, then by id. @throws ServiceError 404 naming those there are */
export async function pipelineByNameOrId(
  gate: Gate,
  application: string,
  nameOrId: string,
  options: CallOptions,
): Promise<Pipeline> {
  try {
    return await gate.front50.getPipelineByName({ params: { application, name: nameOrId } }, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    const byId = await gate.front50.getPipeline({ params: { id: nameOrId } }, options).catch((other: unknown) => {
      if (other instanceof ServiceError && other.status === 404) return undefined;
      throw other;
    });
    if (byId?.application.toLowerCase() !== application.toLowerCase()) throw error;
    return byId;
  }
}
