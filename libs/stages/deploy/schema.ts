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
  strategy: z.string().nullish().describe('none or redblack'),
});
export type DeployCluster = z.infer<typeof deployClusterSchema>;

/** Inputs of a deploy stage. */
export const deployStageSchema = z.looseObject({
  account: z.string().optional(),
  clusters: z.array(deployClusterSchema).min(1, 'a deploy stage needs a cluster to deploy to'),
});
export type DeployStage = z.infer<typeof deployStageSchema>;

/** Where a cluster's server group goes: `region`, or the one region of `availabilityZones`. */
export function regionOf(cluster: DeployCluster): string | undefined {
  return cluster.region ?? Object.keys(cluster.availabilityZones ?? {})[0];
}
