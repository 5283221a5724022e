import { acquireClusterLock, type ClusterPlace, clusterOf, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { chooseRollback, type RollbackAnswer } from '@gennaker/extension-sdk/rollback';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { withTrafficReport } from '@gennaker/extension-sdk/measure-traffic';
import { clusterGroups } from '@gennaker/extension-sdk/server-group-read';
import { placesOf } from '@gennaker/extension-sdk/server-group-stage';
import {
  defineStage,
  type SyntheticStage,
  type TaskContext,
  type TaskResult,
  withContext,
} from '@gennaker/extension-sdk/stage';
import { inOrder, waitStage } from '@gennaker/extension-sdk/strategy-stages';
import { planOf, rollbackStages } from './plan.ts';
import { type RollbackServerGroup, rollbackServerGroupSchema } from './schema.ts';

type Context = TaskContext<RollbackServerGroup>;

/** The cluster that is rolled back: named, or that of the server group which goes or comes. */
function places(context: Context): ClusterPlace[] {
  const { rollbackContext, cluster, serverGroupName } = context.context;
  const named =
    rollbackContext.rollbackServerGroupName ?? serverGroupName ?? rollbackContext.restoreServerGroupName ?? undefined;
  return placesOf(
    withContext(context, {
      ...context.context,
      ...(cluster === undefined && named ? { cluster: clusterOf(named) } : {}),
    }),
  );
}

/** What the stage asks for, decided on what there is. */
export function choose(groups: readonly ServerGroup[], stage: RollbackServerGroup): RollbackAnswer {
  const { rollbackContext: settings, rollbackType } = stage;
  const from = settings.rollbackServerGroupName ?? stage.serverGroupName;
  const answer = chooseRollback(groups, {
    from,
    restore: settings.restoreServerGroupName,
    onlyEnabled: settings.onlyEnabledServerGroups === true || settings.disableOnly === true,
  });
  if (rollbackType !== 'PREVIOUS_IMAGE') return answer;
  const image = settings.imageName ?? settings.imageId;
  const going = groups.find((group) => group.name === from) ?? ('choice' in answer ? answer.choice.from : undefined);
  if (!going) return answer;
  const previous = image ?? going.previousServerGroup?.image;
  if (previous === undefined)
    return { problem: `which image ${going.name} replaced is not recorded; name it in rollbackContext.imageName` };
  const why = image === undefined ? `${going.name} replaced it` : 'it was named';
  return {
    choice: {
      type: 'PREVIOUS_IMAGE',
      from: going,
      image: previous,
      why: `makes a server group from image ${previous}: ${why}`,
    },
  };
}

const determineRollback = underLocks<RollbackServerGroup>(places, {
  name: 'determineRollback',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const [place] = places(context);
    if (stage.rollbackPlan || !place) return { status: 'SUCCEEDED' };
    const groups = await clusterGroups(context, place);
    const answer = choose(groups, stage);
    if ('problem' in answer)
      return {
        status: 'TERMINAL',
        reason: {
          summary: `Cluster ${place.cluster} in ${place.region} cannot be rolled back: ${answer.problem}`,
          evidence: { groups: groups.map(({ name, isDisabled, image }) => ({ name, isDisabled, image })) },
          next: 'name the server group to restore, or deploy the image that is wanted',
        },
      };
    const { choice } = answer;
    return {
      status: 'SUCCEEDED',
      context: {
        rollbackPlan: planOf(choice, stage.rollbackContext),
        ...(choice.from.loadBalancers.length > 0 ? { measuredFrom: context.now } : {}),
      },
      outputs: {
        rollback: {
          from: choice.from.name,
          ...(choice.restore ? { restore: choice.restore.name } : {}),
          ...(choice.image ? { image: choice.image } : {}),
        },
      },
      reason: {
        summary: `Rolls ${choice.from.name} back: ${choice.why}`,
        evidence: { from: choice.from.name, restore: choice.restore?.name, image: choice.image },
      },
    };
  },
});

/** Has an earlier version serve in place of a server group, in the safe order. */
export default defineStage({
  type: 'rollbackServerGroup',
  label: 'Roll back a server group',
  description: 'Has an earlier version serve again, and takes a server group out once that one is healthy',
  schema: rollbackServerGroupSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      rollbackType: 'EXPLICIT',
      rollbackContext: { rollbackServerGroupName: 'hello-prod-v003', restoreServerGroupName: 'hello-prod-v002' },
    },
    {
      credentials: 'local-gce',
      region: 'us-central1',
      rollbackType: 'PREVIOUS_IMAGE',
      rollbackContext: { rollbackServerGroupName: 'hello-prod-v003', imageName: 'hello-1-0-0' },
    },
  ],
  tasks: ({ context }) =>
    rollbackServerGroupSchema.safeParse(context).data?.rollbackType === 'TEST'
      ? []
      : [acquireClusterLock(places), determineRollback],
  afterStages(stage): readonly SyntheticStage[] {
    const parsed = rollbackServerGroupSchema.parse(stage.context);
    if (parsed.rollbackType === 'TEST')
      return inOrder([waitStage('Rehearse the rollback', parsed.rollbackContext.waitTime ?? 1)]);
    const { rollbackPlan: plan, measuredFrom: from, cloudProvider } = parsed;
    if (!plan) return [];
    const { account, region, cluster } = plan;
    const about = { cloudProvider, account, region, cluster, during: 'the rollback' };
    return withTrafficReport(rollbackStages(plan, parsed), from === undefined ? undefined : { ...about, from });
  },
  prepareForRestart: ({ context }) => {
    const { rollbackPlan: _, measuredFrom: __, ...rest } = context;
    return { context: rest, outputs: {} };
  },
});
