import { placedServerGroupSchema, replacedServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());

/** Inputs of takeBackDeploy. */
export const takeBackDeploySchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().min(1, 'choose an account').describe('account'),
  region: z.string().min(1, 'choose a region'),
  cluster: z.string().min(1, 'choose a cluster').describe('app-stack-detail'),
  createdServerGroup: placedServerGroupSchema.optional().describe('what the deploy made'),
  creation: z.string().optional().describe('the operation that makes it, which is waited for, where that was not over'),
  heldBy: z.string().optional().describe('execution whose holds are released first: its end does so'),
  servedBefore: z.array(z.string()).default([]).describe('server groups that got requests before the deploy'),
  replacedServerGroup: replacedServerGroupSchema.optional().describe('the newest of them, as it was'),
  evenIfHealthy: flag.default(false).describe('go back although the new one serves alone and well'),
  rollback: z.looseObject({ onFailure: flag.optional(), destroyLatest: flag.optional() }).nullish(),
  targetHealthyDeployPercentage: z.coerce.number().min(0).max(100).default(100),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  clusterLocks: z.unknown().optional(),
});
export type TakeBackDeploy = z.output<typeof takeBackDeploySchema>;
