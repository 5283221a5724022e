import { monitoredDeployStageSchema } from '@gennaker/contracts/deployment-monitors';

/** Inputs of notifyDeployStarting. */
export const stageSchema = monitoredDeployStageSchema;
