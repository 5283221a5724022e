import { acquireClusterLock, type ClusterPlace, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { chooseRollback, type RollbackChoice } from '@gennaker/extension-sdk/rollback';
import { clusterGroups } from '@gennaker/extension-sdk/server-group-read';
import { placesOf } from '@gennaker/extension-sdk/server-group-stage';
import {
  defineStage,
  type JsonObject,
  type SyntheticStage,
  type TaskContext,
  type TaskResult,
  withContext,
} from '@gennaker/extension-sdk/stage';
import { inOrder, waitStage } from '@gennaker/extension-sdk/strategy-stages';
import { clusterName } from '@gennaker/contracts/moniker';
import { type RollbackCluster, rollbackClusterSchema } from './schema.ts';

type Context = TaskContext<RollbackCluster>;

/** The cluster in each region, as it is named. */
function places(context: Context): ClusterPlace[] {
  const { cluster, moniker } = context.context;
  const named =
    cluster ?? moniker?.cluster ?? (moniker?.app ? clusterName(moniker.app, moniker.stack, moniker.detail) : undefined);
  return placesOf(withContext(context, { ...context.context, ...(named ? { cluster: named } : {}) }));
}

/** What of a choice a rollback of one region is told. */
function contextOf(choice: RollbackChoice, stage: RollbackCluster): JsonObject {
  return {
    ...stage.additionalRollbackContext,
    rollbackServerGroupName: choice.from.name,
    ...(choice.restore ? { restoreServerGroupName: choice.restore.name } : {}),
    ...(choice.image ? { imageName: choice.image } : {}),
    ...(stage.targetHealthyRollbackPercentage === undefined
      ? {}
      : { targetHealthyRollbackPercentage: stage.targetHealthyRollbackPercentage }),
  };
}

const determineRollbackCandidates = underLocks<RollbackCluster>(places, {
  name: 'determineRollbackCandidates',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const { onlyEnabledServerGroups, disableOnly } = stage.additionalRollbackContext ?? {};
    const rollbackTypes: Record<string, RollbackChoice['type']> = {};
    const rollbackContexts: Record<string, JsonObject> = {};
    const imagesToRestore: { region: string; image: string; rollbackMethod: string }[] = [];
    const why: string[] = [];
    const none: string[] = [];
    for (const place of places(context)) {
      const answer = chooseRollback(await clusterGroups(context, place), {
        onlyEnabled: onlyEnabledServerGroups === true || disableOnly === true,
      });
      if ('problem' in answer) {
        none.push(`${place.region}: ${answer.problem}`);
        continue;
      }
      const { choice } = answer;
      rollbackTypes[place.region] = choice.type;
      rollbackContexts[place.region] = contextOf(choice, stage);
      const image = choice.image ?? choice.restore?.image;
      if (image) imagesToRestore.push({ region: place.region, image, rollbackMethod: choice.type });
      why.push(`${place.region}: ${choice.why}`);
    }
    const cluster = places(context)[0]?.cluster ?? '';
    if (why.length === 0)
      return {
        status: 'TERMINAL',
        reason: {
          summary: `Cluster ${cluster} cannot be rolled back. ${none.join('; ')}`,
          next: 'a rollback needs an enabled server group and an earlier one; deploy the image that is wanted',
        },
      };
    return {
      status: 'SUCCEEDED',
      context: { rollbackTypes, rollbackContexts, imagesToRestore },
      outputs: { rollbackTypes, rollbackContexts, imagesToRestore },
      reason: {
        summary: `Rolls back ${why.join('; ')}${none.length > 0 ? `. Not ${none.join('; ')}` : ''}`,
        evidence: { rollbackContexts },
      },
    };
  },
});

/** Rolls a cluster back in its regions, one after another. */
export default defineStage({
  type: 'rollbackCluster',
  label: 'Roll back a cluster',
  description: 'Has the version before the newest enabled one serve again, region after region',
  schema: rollbackClusterSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1', 'europe-west1'],
      waitTimeBetweenRegions: 60,
    },
  ],
  tasks: () => [acquireClusterLock(places), determineRollbackCandidates],
  afterStages(stage): readonly SyntheticStage[] {
    const parsed = rollbackClusterSchema.parse(stage.context);
    const account = parsed.credentials ?? parsed.account;
    const regions = Object.entries(parsed.rollbackTypes ?? {});
    return inOrder(
      regions.flatMap(([region, rollbackType], index) => [
        index > 0 ? waitStage(`Wait before ${region}`, parsed.waitTimeBetweenRegions ?? 0) : undefined,
        {
          type: 'rollbackServerGroup',
          name: `Roll back in ${region}`,
          context: {
            cloudProvider: parsed.cloudProvider,
            credentials: account,
            region,
            rollbackType,
            rollbackContext: parsed.rollbackContexts?.[region] ?? {},
            ...(parsed.interestingHealthProviderNames
              ? { interestingHealthProviderNames: parsed.interestingHealthProviderNames }
              : {}),
          },
        },
      ]),
    );
  },
  prepareForRestart: ({ context }) => {
    const { rollbackTypes: _, rollbackContexts: __, imagesToRestore: ___, ...rest } = context;
    return { context: rest, outputs: {} };
  },
});
