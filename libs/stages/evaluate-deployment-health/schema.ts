import { monitoredDeployStageSchema } from '@gennaker/contracts/deployment-monitors';
import { z } from 'zod';

/** Inputs of evaluateDeploymentHealth. */
export const stageSchema = monitoredDeployStageSchema.extend({
  currentProgress: z.coerce.number().min(0).max(100).describe('per cent of the new server group that are there'),
});
export type EvaluateDeploymentHealth = z.output<typeof stageSchema>;
