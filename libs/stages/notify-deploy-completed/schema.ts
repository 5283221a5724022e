import { monitoredDeployStageSchema } from '@gennaker/contracts/deployment-monitors';
import { z } from 'zod';

/** Inputs of notifyDeployCompleted. */
export const stageSchema = monitoredDeployStageSchema.extend({
  hasDeploymentFailed: z.boolean().default(false),
});
export type NotifyDeployCompleted = z.output<typeof stageSchema>;
