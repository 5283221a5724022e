import { newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { type StrategyProblem, takeOverFields } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';
import { underLockContext } from './cluster-lock.ts';
import { onlyWhileHealthy } from './newcomer-health.ts';
import type { JsonObject, SyntheticStage } from './stage.ts';
import type { MadeDeploy } from './strategy.ts';

type Made = Omit<MadeDeploy<unknown>, 'settings'>;

const takeOverSchema = z.looseObject(takeOverFields);

/** A server group that is to take over cannot stay without traffic. */
export function takeOverProblems(
  strategy: string,
  settings: Pick<z.output<typeof takeOverSchema>, 'disableTraffic' | 'enableTraffic' | 'trafficOptions'>,
): readonly StrategyProblem[] {
  const field =
    settings.disableTraffic === true
      ? 'disableTraffic'
      : settings.enableTraffic === false
        ? 'enableTraffic'
        : settings.trafficOptions === 'disable'
          ? 'trafficOptions'
          : undefined;
  if (!field) return [];
  return [
    {
      field,
      message: `takes the traffic from older server groups, and the new one is to get none: nothing would serve`,
      fix: `use strategy none with traffic off, or ${strategy} with traffic on`,
    },
  ];
}

/** Seconds that a deploy waits before it takes anything from older server groups. */
export function delayBeforeDisable(settings: {
  readonly delayBeforeDisableSec?: number | null | undefined;
  readonly delayBeforeCleanup?: number | null | undefined;
}): number {
  return settings.delayBeforeCleanup ?? settings.delayBeforeDisableSec ?? 0;
}

/** Stages one after another; what is undefined is left out. */
export function inOrder(stages: readonly (Omit<SyntheticStage, 'after'> | undefined)[]): SyntheticStage[] {
  return stages
    .filter((stage) => stage !== undefined)
    .map((stage, at) => ({ ...stage, after: at === 0 ? [] : [at - 1] }));
}

/** A stage that waits; undefined: there is nothing to wait for. */
export function waitStage(name: string, waitTime: number): Omit<SyntheticStage, 'after'> | undefined {
  return waitTime > 0 ? { type: 'wait', name, context: { waitTime } } : undefined;
}

/**
 * A stage that runs a pipeline as a step of a strategy: what that pipeline does to the cluster, it does under the deploy's
 * lock, as otherwise each would wait for the other.
 */
export function pipelineStage(
  deploy: Made,
  name: string,
  pipeline: { readonly application?: string | undefined; readonly pipelineId: string; readonly parameters: JsonObject },
): Omit<SyntheticStage, 'after'> {
  const { account, region } = deploy.created;
  return {
    type: 'pipeline',
    name,
    context: {
      application: pipeline.application ?? deploy.view.application,
      pipeline: pipeline.pipelineId,
      pipelineParameters: pipeline.parameters,
      ...underLockContext({ account, region, cluster: deploy.cluster }),
    },
  };
}

/** Whose health a change of older server groups rests on, and how healthy it must be. */
export function whileNewcomerIsHealthy(deploy: Made, instances?: number): JsonObject {
  const parsed = newServerGroupStageSchema.parse(deploy.description);
  return onlyWhileHealthy({
    ...deploy.created,
    targetHealthyDeployPercentage: parsed.targetHealthyDeployPercentage,
    ...(parsed.interestingHealthProviderNames
      ? { interestingHealthProviderNames: parsed.interestingHealthProviderNames }
      : {}),
    ...(instances === undefined ? {} : { instances }),
    healthyForSeconds: parsed.healthyForSeconds ?? 1,
    patienceSeconds: parsed.unhealthyPatienceSeconds,
  });
}

/** Context of a stage that takes something from the older server groups of the cluster, while the new one is healthy. */
export function takesFromOlder(deploy: Made): JsonObject {
  const { created, cluster, cloudProvider, description } = deploy;
  const named = description['interestingHealthProviderNames'];
  return {
    cloudProvider,
    credentials: created.account,
    cluster,
    regions: [created.region],
    createdServerGroup: created,
    ...(named ? { interestingHealthProviderNames: named } : {}),
    ...whileNewcomerIsHealthy(deploy, leastUp(deploy)),
  };
}

/** How many instances of the new server group must be up at least, where nobody but the deploy sizes it. */
function leastUp({ description }: Made): number | undefined {
  const { targetDesiredSize, autoscalingPolicy } = description;
  return typeof targetDesiredSize === 'number' && !autoscalingPolicy ? targetDesiredSize : undefined;
}

/** Gives the new server group, which was made without, its traffic, and waits until its load balancers find it healthy. */
export function enableNewcomer({ created, cloudProvider, description }: Made): Omit<SyntheticStage, 'after'> {
  const { targetHealthyDeployPercentage, interestingHealthProviderNames } =
    newServerGroupStageSchema.parse(description);
  return {
    type: 'enableServerGroup',
    name: `Enable ${created.serverGroupName}`,
    context: {
      cloudProvider,
      credentials: created.account,
      region: created.region,
      serverGroupName: created.serverGroupName,
      targetHealthyDeployPercentage,
      ...(interestingHealthProviderNames ? { interestingHealthProviderNames } : {}),
    },
  };
}

/** Takes the instances of older server groups, which get no requests any more, where this is asked for. */
export function scaleDownStages(
  deploy: Made,
  settings: {
    readonly scaleDown?: boolean | null | undefined;
    readonly delayBeforeScaleDownSec?: number | null | undefined;
  },
): (Omit<SyntheticStage, 'after'> | undefined)[] {
  if (settings.scaleDown !== true) return [];
  return [
    waitStage('Wait before scale down', settings.delayBeforeScaleDownSec ?? 0),
    {
      type: 'scaleDownCluster',
      name: 'Scale older server groups down',
      context: { ...takesFromOlder(deploy), remainingFullSizeServerGroups: 1 },
    },
  ];
}
