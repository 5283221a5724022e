import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

type Restart = Parameters<Gate['orca']['restartStage']>[0];

/**
 * Runs a stage again with what its pipeline says now: a stage's new preconditions are those of the stored definition. What
 * was sent counts only where there is no such pipeline any more, or none that the caller may read.
 * @throws ServiceError 404, 409 as orca
 */
export async function restartStage(
  gate: Gate,
  params: Restart['params'],
  sent: Restart['body'],
  key: string | undefined,
  options: CallOptions,
): Promise<ExecutionView> {
  const { pipelineConfigId } = await gate.orca.getExecution({ params: { id: params.id } }, options);
  const body = pipelineConfigId === undefined ? undefined : await currentDefinition(gate, pipelineConfigId, options);
  return gate.orca.restartStage({ params, body: body ?? sent }, { ...options, ...(key === undefined ? {} : { key }) });
}

async function currentDefinition(gate: Gate, id: string, options: CallOptions): Promise<Restart['body'] | undefined> {
  try {
    const { stages } = await gate.front50.getPipeline({ params: { id } }, options);
    return {
      stages: (stages ?? []).flatMap(({ refId, preconditions }) =>
        Array.isArray(preconditions) ? [{ refId, preconditions }] : [],
      ),
    };
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}
