import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Capacity } from '@gennaker/contracts/cloud-views';
import { onlyWhileHealthy } from '@gennaker/extension-sdk/newcomer-health';
import { type RollbackChoice, rollbackHealthyPercentage } from '@gennaker/extension-sdk/rollback';
import type { JsonObject, SyntheticStage } from '@gennaker/extension-sdk/stage';
import { inOrder, waitStage } from '@gennaker/extension-sdk/strategy-stages';
import type { RollbackPlan, RollbackServerGroup } from './schema.ts';

/** Name of the hold on the restored server group's minimum, while its autoscaler must not make it smaller. */
const PINNED = 'rollback-minimum';

/** Remembers a choice as stages need it. */
export function planOf(choice: RollbackChoice, settings: RollbackServerGroup['rollbackContext']): RollbackPlan {
  const { from, restore, image } = choice;
  const wanted = restore && sizeToServeAlone(restore, from);
  return {
    account: from.account,
    region: from.region,
    cluster: from.cluster,
    from: { serverGroupName: from.name, isDisabled: from.isDisabled },
    restore: restore
      ? {
          serverGroupName: restore.name,
          capacity: restore.capacity,
          wanted: wanted ?? null,
          autoscaled: restore['autoscalingPolicy'] !== undefined,
        }
      : null,
    image: image ?? null,
    percentage:
      settings.targetHealthyRollbackPercentage ??
      rollbackHealthyPercentage(Math.max(wanted?.desired ?? 0, restore?.capacity.desired ?? from.capacity.desired)),
  };
}

/** The larger of both sizes, so that the restored one can take all requests; undefined: it has it. */
function sizeToServeAlone(restore: ServerGroup, from: ServerGroup): Capacity | undefined {
  const desired = Math.max(restore.capacity.desired, from.capacity.desired);
  const max = Math.max(restore.capacity.max, from.capacity.max, desired);
  const autoscaled = restore['autoscalingPolicy'] !== undefined;
  if (!autoscaled) return desired === restore.capacity.desired ? undefined : { min: desired, max: desired, desired };
  // Its autoscaler must not shrink it before it has the requests.
  return { min: Math.max(restore.capacity.min, desired), max, desired };
}

/** The stages of a rollback, in the safe order: what is restored serves, and is healthy, before anything goes. */
export function rollbackStages(plan: RollbackPlan, stage: RollbackServerGroup): SyntheticStage[] {
  const settings = stage.rollbackContext;
  const { account, region, cluster, from, restore, image, percentage } = plan;
  const common: JsonObject = {
    cloudProvider: stage.cloudProvider,
    credentials: account,
    region,
    ...(stage.interestingHealthProviderNames
      ? { interestingHealthProviderNames: stage.interestingHealthProviderNames }
      : {}),
  };
  const disable = (more: JsonObject) => ({
    type: 'disableServerGroup',
    name: `Disable ${from.serverGroupName}`,
    context: { ...common, serverGroupName: from.serverGroupName, ...more },
  });
  if (image !== null)
    return inOrder([
      {
        type: 'cloneServerGroup',
        name: `Deploy ${image} in place of ${from.serverGroupName}`,
        context: {
          ...common,
          cluster,
          source: { account, region, serverGroupName: from.serverGroupName },
          image,
          strategy: 'redblack',
          targetHealthyDeployPercentage: percentage,
          ...(settings.delayBeforeDisableSeconds ? { delayBeforeDisableSec: settings.delayBeforeDisableSeconds } : {}),
        },
      },
      // Red/black spares what its own execution deployed, and that is what may be rolled back here.
      disable({}),
    ]);
  if (!restore) return settings.disableOnly ? inOrder([disable({})]) : [];
  const restored = { ...common, serverGroupName: restore.serverGroupName, targetHealthyDeployPercentage: percentage };
  const whileRestoredIsHealthy = onlyWhileHealthy({
    account,
    region,
    serverGroupName: restore.serverGroupName,
    targetHealthyDeployPercentage: percentage,
    ...(stage.interestingHealthProviderNames
      ? { interestingHealthProviderNames: stage.interestingHealthProviderNames }
      : {}),
  });
  const last = disable(whileRestoredIsHealthy);
  if (settings.disableOnly) return inOrder([last]);
  const { wanted, autoscaled, capacity } = restore;
  const resizes = wanted !== null && !settings.enableAndDisableOnly;
  return inOrder([
    { type: 'enableServerGroup', name: `Enable ${restore.serverGroupName}`, context: restored },
    resizes
      ? {
          type: 'resizeServerGroup',
          name: `Resize ${restore.serverGroupName} to ${wanted.desired}`,
          context: {
            ...restored,
            action: 'scale_exact',
            capacity: wanted,
            ...(autoscaled
              ? {
                  hold: {
                    name: PINNED,
                    reason: `keeps ${restore.serverGroupName} at ${wanted.desired} while ${from.serverGroupName} is rolled back`,
                  },
                }
              : {}),
          },
        }
      : undefined,
    waitStage('Wait before disable', settings.delayBeforeDisableSeconds ?? 0),
    last,
    resizes && autoscaled
      ? {
          type: 'resizeServerGroup',
          name: `Let ${restore.serverGroupName} shrink again`,
          context: {
            ...restored,
            action: 'scale_exact',
            capacity: { min: capacity.min, max: wanted.max, desired: wanted.desired },
            settlesHolds: [PINNED],
          },
        }
      : undefined,
  ]);
}

/** The stages of a rollback as people read them. */
export function rollbackSteps(plan: RollbackPlan, stage: RollbackServerGroup): string[] {
  const { restore, percentage } = plan;
  return rollbackStages(plan, stage).map(({ type, name, context }): string => {
    switch (type) {
      case 'enableServerGroup':
        return `${name}, and wait until ${percentage} % of it is healthy at its load balancers`;
      case 'disableServerGroup':
        return restore ? `${name}, while ${restore.serverGroupName} is healthy` : name;
      case 'cloneServerGroup':
        return `${name}: made like it, and given the requests when ${percentage} % of it is healthy`;
      case 'wait':
        return `Wait ${String(context['waitTime'])} s, while both serve`;
      default:
        return name;
    }
  });
}
