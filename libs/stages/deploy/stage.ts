import { type DeployedServerGroup, deployedServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { listed } from '@gennaker/extension-sdk/server-group-target';
import { defineStage, type SyntheticStage, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type DeployStage, deployStageSchema, regionOf } from './schema.ts';

/** Key under which a child keeps the deploy stage that it belongs to. */
const OWNER = 'deployStageId';

const completeParallelDeploy: TaskDefinition<DeployStage> = {
  name: 'completeParallelDeploy',
  async run(context): Promise<TaskResult> {
    const all = listed(context.ancestorOutputs('deployedServerGroups'), deployedServerGroupSchema);
    const mine = all.filter((entry) => entry[OWNER] === context.stage.id);
    const byRegion: Record<string, string[]> = {};
    for (const { region, serverGroupName } of mine) (byRegion[region] ??= []).push(serverGroupName);
    const names = mine.map((entry) => entry.serverGroupName);
    return {
      status: 'SUCCEEDED',
      outputs: {
        deployedServerGroups: mine,
        'deploy.server.groups': byRegion,
        ...(accountOf(mine) ? { 'deploy.account.name': accountOf(mine) } : {}),
        ...(names[0] ? { serverGroupName: names[0] } : {}),
      },
      reason: { summary: `Deployed ${names.join(', ')}`, evidence: { 'deploy.server.groups': byRegion } },
    };
  },
};

const accountOf = (made: readonly DeployedServerGroup[]): string | undefined => made[0]?.account;

/** Makes a server group for each of its clusters, side by side, each with its strategy. */
export default defineStage({
  type: 'deploy',
  label: 'Deploy',
  description: 'Makes server groups from an image, and retires older ones as the strategy says',
  schema: deployStageSchema,
  examples: [
    {
      clusters: [
        {
          account: 'local-gce',
          application: 'hello',
          stack: 'prod',
          cloudProvider: 'gce',
          region: 'us-central1',
          capacity: { min: 4, max: 4, desired: 4 },
          loadBalancers: ['hello-lb'],
          strategy: 'redblack',
        },
      ],
    },
  ],
  tasks: () => [completeParallelDeploy],
  beforeStages(stage): SyntheticStage[] {
    // A mistake in one cluster must be seen before any other is deployed.
    const { clusters, account } = deployStageSchema.parse(stage.context);
    return clusters.map((cluster) => {
      const region = regionOf(cluster);
      const credentials = cluster.credentials ?? cluster.account ?? account;
      return {
        type: 'createServerGroup',
        name: `Deploy in ${region ?? 'an unnamed region'}`,
        context: {
          ...cluster,
          ...(credentials ? { account: credentials, credentials } : {}),
          ...(region ? { region } : {}),
          cloudProvider: cluster.cloudProvider ?? cluster.provider ?? 'gce',
          [OWNER]: stage.id,
        },
      };
    });
  },
});
