import type { PlanView } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type DeployCluster, deployClusterSchema, type DeployStage } from './schema.ts';

const parametersSchema = z.looseObject({
  strategy: z.union([z.literal(true), z.literal('true')]),
  deployedCluster: deployClusterSchema,
  amiName: z.string().optional(),
  imageId: z.string().optional(),
});

/** Keys that say how the traffic of the inherited cluster goes. */
const TRAFFIC_KEYS = ['disableTraffic', 'enableTraffic', 'trafficOptions'];

/**
 * In a strategy pipeline: the one cluster of the deploy that runs it, without a strategy of its own, with the traffic that
 * the stage says and the image of the parameters. Undefined: the stage deploys its own clusters.
 */
export function inheritedClusters(stage: DeployStage, view: PlanView): readonly DeployCluster[] | undefined {
  if (stage.clusters.length > 0) return undefined;
  const parameters = parametersSchema.safeParse(view.trigger.parameters);
  if (!parameters.success)
    throw new Error(
      'clusters: this deploy stage has no cluster of its own; it works in a pipeline that a deploy with strategy custom runs',
    );
  const { deployedCluster, amiName, imageId } = parameters.data;
  const image = amiName ?? imageId;
  const inherited = Object.entries(deployedCluster).filter(
    ([key]) => key !== 'strategy' && (stage.trafficOptions === 'inherit' || !TRAFFIC_KEYS.includes(key)),
  );
  return [
    {
      ...Object.fromEntries(inherited),
      ...(image ? { image } : {}),
      strategy: 'none',
      ...(stage.trafficOptions === 'disable' ? { disableTraffic: true } : {}),
    },
  ];
}
