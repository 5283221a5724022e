import { z } from 'zod';

/** One cluster of a deploy stage: the description of the server group to make there. Unknown keys go along. */
export const deployClusterSchema = z.looseObject({
  account: z.string().optional(),
  credentials: z.string().optional(),
  application: z.string().optional(),
  stack: z.string().nullish(),
  freeFormDetails: z.string().nullish(),
  cloudProvider: z.string().optional(),
  provider: z.string().optional(),
  region: z.string().optional(),
  availabilityZones: z.record(z.string(), z.array(z.string())).optional(),
  strategy: z.string().nullish().describe('how older server groups are replaced'),
});
export type DeployCluster = z.infer<typeof deployClusterSchema>;

/** Inputs of a deploy stage. */
export const deployStageSchema = z
  .looseObject({
    account: z.string().optional(),
    clusters: z.array(deployClusterSchema).default([]),
    onRegionFailure: z
      .enum(['keep', 'rollbackAll'])
      .default('keep')
      .describe('what becomes of the other regions when one fails: they stay deployed, or all are taken back'),
    trafficOptions: z
      .enum(['inherit', 'enable', 'disable'])
      .optional()
      .describe('in a strategy pipeline, which deploys the cluster of the deploy that runs it'),
  })
  .refine(({ clusters, trafficOptions }) => clusters.length > 0 || trafficOptions !== undefined, {
    path: ['clusters'],
    message: 'a deploy stage needs a cluster to deploy to',
  });
export type DeployStage = z.infer<typeof deployStageSchema>;

/** Where a cluster's server group goes: `region`, or the one region of `availabilityZones`. */
export function regionOf(cluster: DeployCluster): string | undefined {
  return cluster.region ?? Object.keys(cluster.availabilityZones ?? {})[0];
}
