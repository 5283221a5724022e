import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy, type MadeDeploy } from '@gennaker/extension-sdk/strategy';
import {
  delayBeforeDisable,
  inOrder,
  pipelineStage,
  scaleDownStages,
  takeOverProblems,
  waitStage,
} from '@gennaker/extension-sdk/strategy-stages';
import { growNewcomer, settleOlder, takeShare, wantedCapacity } from '@gennaker/extension-sdk/strategy-steps';
import type { z } from 'zod';
import { rollingRedblackSchema } from './schema.ts';

type Deploy = MadeDeploy<z.output<typeof rollingRedblackSchema>>;
type Step = Omit<SyntheticStage, 'after'>;

/** The holds under which the old server group is not scaled in, and serves less than all. */
const PIN = 'pinned-capacity';
const SHARE = 'rolling-share';

/** The new server group grows step by step to the old one's size, which loses as much of its traffic after each. */
export default defineStrategy({
  type: 'rollingredblack',
  label: 'Rolling red/black',
  description: 'Grows the new server group in steps, and takes as much traffic from the old one after each',
  schema: rollingRedblackSchema,
  problems: (settings) => takeOverProblems('rollingredblack', settings),
  // Its instances come with the steps.
  prepare: () => ({ capacity: { min: 0, max: 0, desired: 0 } }),
  afterStages(deploy) {
    const { settings, source } = deploy;
    const steps = percentages(settings.targetPercentages ?? []).flatMap((percentage) => [
      grow(deploy, percentage),
      ...(source ? [waitStage(`Wait at ${percentage} %`, delayBeforeDisable(settings))] : []),
      ...pipelineBefore(deploy, percentage),
      source ? shift(deploy, source, percentage) : undefined,
    ]);
    if (!source) return inOrder(steps);
    const sizes = wantedCapacity(sized(deploy));
    return inOrder([
      pin(deploy, source),
      ...steps,
      // An autoscaler may size the new one between the bounds that the old one had.
      sizes.min < sizes.max ? growNewcomer(sized(deploy), sizes.desired) : undefined,
      release(deploy, source, `Unpin ${source.serverGroupName}`),
      ...scaleDownStages(deploy, settings),
    ]);
  },
  onFailureStages: (deploy) =>
    deploy.source
      ? [release(deploy, deploy.source, `Give ${deploy.source.serverGroupName} back what was taken`, 20 * 60_000)]
      : [],
});

/** Steps in rising order, each once, with 100 as the last. */
function percentages(given: readonly number[]): number[] {
  return [...new Set([...given, 100])].toSorted((a, b) => a - b);
}

/** With an old server group, its size is the measure; else what is described. */
function sized(deploy: Deploy): Deploy {
  return deploy.source ? { ...deploy, wanted: deploy.source.capacity } : deploy;
}

const instancesAt = (deploy: Deploy, percentage: number): number =>
  Math.ceil((wantedCapacity(sized(deploy)).desired * percentage) / 100);

function grow(deploy: Deploy, percentage: number): Step {
  const { source, created } = deploy;
  if (!source) return growNewcomer(deploy, instancesAt(deploy, percentage));
  return {
    type: 'resizeServerGroup',
    name: `Grow ${created.serverGroupName} to ${percentage} %`,
    context: {
      ...placed(deploy, created),
      targetHealthyDeployPercentage: deploy.description['targetHealthyDeployPercentage'],
      action: 'scale_to_server_group',
      source: { credentials: source.account, region: source.region, serverGroupName: source.serverGroupName },
      scalePct: percentage,
      pinCapacity: true,
    },
  };
}

function shift(deploy: Deploy, source: NonNullable<Deploy['source']>, percentage: number): Step {
  if (percentage === 100) return settleOlder(deploy, SHARE);
  const reason = `${deploy.created.serverGroupName} takes over from ${source.serverGroupName} step by step`;
  return takeShare(deploy, source, percentage, { hold: SHARE, reason, newcomers: instancesAt(deploy, percentage) });
}

function pipelineBefore(deploy: Deploy, percentage: number): Step[] {
  const { pipelineBeforeCleanup: before } = deploy.settings;
  if (!before || !deploy.source) return [];
  return [
    pipelineStage(deploy, `Run the pipeline at ${percentage} %`, {
      application: before.application,
      pipelineId: before.pipelineId,
      parameters: {
        ...before.pipelineParameters,
        deployedServerGroup: deploy.created.serverGroupName,
        sourceServerGroup: deploy.source.serverGroupName,
        percentageComplete: percentage,
      },
    }),
  ];
}

function pin(deploy: Deploy, source: NonNullable<Deploy['source']>): Step {
  return {
    type: 'resizeServerGroup',
    name: `Pin ${source.serverGroupName}`,
    context: {
      ...placed(deploy, source),
      action: 'scale_exact',
      pinMinimumCapacity: true,
      // It runs already: whether all of it is healthy is not this deploy's concern.
      targetHealthyDeployPercentage: 0,
      hold: {
        name: PIN,
        reason: `${source.serverGroupName} is not scaled in while ${deploy.created.serverGroupName} takes over`,
      },
    },
  };
}

function release(deploy: Deploy, source: NonNullable<Deploy['source']>, name: string, stageTimeoutMs?: number): Step {
  return {
    type: 'releaseHolds',
    name,
    context: {
      ...placed(deploy, source),
      holds: stageTimeoutMs === undefined ? [PIN] : [SHARE, PIN],
      ...(stageTimeoutMs === undefined ? {} : { stageTimeoutMs }),
    },
  };
}

const placed = ({ cloudProvider, description }: Deploy, group: Deploy['created']) => ({
  cloudProvider,
  credentials: group.account,
  regions: [group.region],
  serverGroupName: group.serverGroupName,
  ...(description['interestingHealthProviderNames']
    ? { interestingHealthProviderNames: description['interestingHealthProviderNames'] }
    : {}),
});
