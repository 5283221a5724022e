import { type DeployedServerGroup, deployedServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { STATUS_FACTS } from '@gennaker/contracts/status';
import { takeBackDeployed } from '@gennaker/extension-sdk/deploy-strategy';
import { listed } from '@gennaker/extension-sdk/server-group-target';
import {
  defineStage,
  type PlannedStage,
  type PlanView,
  type SyntheticStage,
  type TaskDefinition,
  type TaskResult,
} from '@gennaker/extension-sdk/stage';
import { inheritedClusters } from './inherited-cluster.ts';
import { type DeployCluster, type DeployStage, deployStageSchema, regionOf } from './schema.ts';

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
    const outputs = {
      deployedServerGroups: mine,
      'deploy.server.groups': byRegion,
      ...(accountOf(mine) ? { 'deploy.account.name': accountOf(mine) } : {}),
      ...(names[0] ? { serverGroupName: names[0] } : {}),
    };
    const children = context.stages.filter(({ parentStageId }) => parentStageId === context.stage.id);
    const failed = children.filter(({ status }) => STATUS_FACTS[status].failure);
    if (failed.length === 0)
      return {
        status: 'SUCCEEDED',
        outputs,
        reason: { summary: `Deployed ${names.join(', ')}`, evidence: { 'deploy.server.groups': byRegion } },
      };
    const stand = children.filter((one) => !failed.includes(one)).map(({ name }) => `"${name}"`);
    const back = context.context.onRegionFailure === 'rollbackAll';
    const others = stand.length === 0 ? '' : `. ${stand.join(', ')} succeeded and ${back ? 'is taken back' : 'stays'}`;
    return {
      status: 'TERMINAL',
      outputs,
      reason: {
        summary: `${failed.map(({ name, reason }) => `"${name}" failed${reason ? `: ${reason.summary}` : ''}`).join('; ')}${others}`,
        evidence: { 'deploy.server.groups': byRegion, failed: failed.map(({ name }) => name) },
      },
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
  beforeStages: planClusters,
  onFailureStages: takeOthersBack,
});

/** A stage for each cluster. Those of the same cluster follow one another; a mistake in one is seen before any other is deployed. */
function planClusters(stage: PlannedStage, view: PlanView): SyntheticStage[] {
  const parsed = deployStageSchema.parse(stage.context);
  const clusters = inheritedClusters(parsed, view) ?? parsed.clusters;
  const keys = clusters.map(keyOf);
  return clusters.map((cluster, at) => {
    const region = regionOf(cluster);
    const credentials = cluster.credentials ?? cluster.account ?? parsed.account;
    const before = keys.lastIndexOf(keys[at] ?? '', at - 1);
    return {
      type: 'createServerGroup',
      name: `Deploy in ${region ?? 'an unnamed region'}`,
      context: {
        ...cluster,
        ...(credentials ? { account: credentials, credentials } : {}),
        ...(region ? { region } : {}),
        cloudProvider: cluster.cloudProvider ?? cluster.provider ?? 'gce',
        // A region that fails leaves the others to go on; the stage fails when all have ended.
        ...(clusters.length > 1 ? { continuePipeline: true, allowSiblingStagesToContinueOnFailure: true } : {}),
        [OWNER]: stage.id,
      },
      after: at > 0 && before >= 0 ? [before] : [],
    };
  });
}

const keyOf = (cluster: DeployCluster): string =>
  JSON.stringify([
    cluster.credentials ?? cluster.account,
    regionOf(cluster),
    cluster.application,
    cluster.stack ?? '',
    cluster.freeFormDetails ?? '',
  ]);

/** Where all regions stand or fall together, those that succeeded are taken back as well. */
function takeOthersBack(stage: PlannedStage, view: PlanView): SyntheticStage[] {
  if (stage.context['onRegionFailure'] !== 'rollbackAll') return [];
  return view.children
    .filter(({ type, status }) => type === 'createServerGroup' && status === 'SUCCEEDED')
    .flatMap((child) => takeBackDeployed(child, view) ?? [])
    .map((back) => ({ ...back, after: [] }));
}
