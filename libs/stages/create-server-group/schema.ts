import { newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { liftCluster } from '@gennaker/extension-sdk/deploy-strategy';

/** Inputs of createServerGroup; a nested `cluster` map, which older pipelines have, counts as if it stood at the top. */
export const createServerGroupStageSchema = newServerGroupStageSchema.transform((stage, problems) => {
  const lifted = newServerGroupStageSchema.safeParse(liftCluster(stage));
  if (lifted.success) return lifted.data;
  for (const { path, message } of lifted.error.issues)
    problems.addIssue({ code: 'custom', path: ['cluster', ...path], message });
  return stage;
});
export type { NewServerGroupStage as CreateServerGroupStage } from '@gennaker/contracts/server-group-stage';
