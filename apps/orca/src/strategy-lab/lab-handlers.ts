import { ServiceError } from '@gennaker/contracts/error';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { CallOptions, Handlers } from '@gennaker/contracts/route';
import type { LabRequest, strategyLabRoutes } from '@gennaker/contracts/strategy-lab';
import type { PipelineJson } from '@gennaker/simulation/pipeline-json';
import { z } from 'zod';
import type { World } from '../world.ts';
import type { StrategyLab } from './strategy-lab.ts';

/** Where a cluster names pipelines: that of strategy custom, and the one that looks at a new server group. */
const pipelinesSchema = z.object({
  strategyApplication: z.string().optional().catch(undefined),
  strategyPipeline: z.string().min(1).optional().catch(undefined),
  verify: z
    .object({ pipelineId: z.string().min(1), application: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** Plays deploys of strategies. */
export function labHandlers(lab: StrategyLab, world: World): Handlers<typeof strategyLabRoutes> {
  return {
    simulateStrategy: async ({ body, signal, identity, traceparent }) =>
      lab.play({ ...body, pipelines: await pipelinesOf(world, body, { identity, signal, traceparent }) }, signal),
  };
}

/** Stored pipelines that a deploy runs, read as the caller. */
async function pipelinesOf(
  { ports }: World,
  { application, cluster }: LabRequest,
  options: CallOptions,
): Promise<PipelineJson[]> {
  const { strategyApplication, strategyPipeline, verify } = pipelinesSchema.parse(cluster);
  const wanted = [
    ...(cluster['strategy'] === 'custom' && strategyPipeline
      ? [
          {
            application: strategyApplication ?? application,
            named: strategyPipeline,
            field: 'cluster.strategyPipeline',
          },
        ]
      : []),
    ...(verify
      ? [
          {
            application: verify.application ?? application,
            named: verify.pipelineId,
            field: 'cluster.verify.pipelineId',
          },
        ]
      : []),
  ];
  return Promise.all(
    wanted.map(async ({ named, field, ...of }) => {
      const found =
        (await unlessMissing(ports.front50.getPipeline({ params: { id: named } }, options))) ??
        (await unlessMissing(ports.front50.getPipelineByName({ params: { ...of, name: named } }, options)));
      if (!found)
        throw new ServiceError(400, `${field}: there is no pipeline "${named}" in ${of.application}`, {
          field,
          fix: 'name a stored pipeline by its id or its name',
        });
      return asJson(found);
    }),
  );
}

function asJson({ stages = [], ...pipeline }: Pipeline): PipelineJson {
  return { ...pipeline, id: pipeline.id ?? pipeline.name, stages };
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}
