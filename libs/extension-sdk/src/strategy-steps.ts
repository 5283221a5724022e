import type { Capacity } from '@gennaker/contracts/cloud-views';
import type { PlacedServerGroup } from '@gennaker/contracts/server-group-stage';
import type { trafficRulesSchema } from '@gennaker/contracts/traffic-report';
import type { z } from 'zod';
import type { JsonObject, SyntheticStage } from './stage.ts';
import type { MadeDeploy } from './strategy.ts';
import { takesFromOlder, whileNewcomerIsHealthy } from './strategy-stages.ts';

type Made = Omit<MadeDeploy<unknown>, 'settings'>;
type Step = Omit<SyntheticStage, 'after'>;

/** How many instances the new server group has in the end: as described, or as many as the one that it replaces. */
export function wantedCapacity({ wanted, source }: Made): Capacity {
  return wanted ?? source?.capacity ?? { min: 1, max: 1, desired: 1 };
}

/** Brings the new server group to a size; at its final one it gets its own bounds. */
export function growNewcomer(deploy: Made, desired: number): Step {
  const { created } = deploy;
  const wanted = wantedCapacity(deploy);
  return {
    type: 'resizeServerGroup',
    name: `Grow ${created.serverGroupName} to ${desired}`,
    context: {
      ...newcomer(deploy),
      action: 'scale_exact',
      capacity: desired >= wanted.desired ? { ...wanted } : { min: desired, max: desired, desired },
    },
  };
}

/** A change of the server group that served before, held so that it is undone unless the deploy ends well. */
export interface HeldChange {
  /** Name of the hold; `settleOlder` makes it permanent. */
  readonly hold: string;
  readonly reason: string;
  /** Healthy instances that the newcomer needs first; absent: by its percentage. */
  readonly newcomers?: number;
}

/** Brings the server group that served before to a size, while the newcomer is healthy. */
export function shrinkSource(deploy: Made, source: PlacedServerGroup, desired: number, change: HeldChange): Step {
  return {
    type: 'resizeServerGroup',
    name: `Shrink ${source.serverGroupName} to ${desired}`,
    context: {
      ...placed(deploy, source),
      action: 'scale_exact',
      capacity: { min: desired, max: desired, desired },
      ...whileNewcomerIsHealthy(deploy, change.newcomers),
      hold: { name: change.hold, reason: change.reason },
    },
  };
}

/** Takes a part of its traffic (per cent of its capacity) from the server group that served before, while the newcomer is healthy. */
export function takeShare(deploy: Made, source: PlacedServerGroup, percentage: number, change: HeldChange): Step {
  return {
    type: 'disableServerGroup',
    name: `Leave ${100 - percentage} % of ${source.serverGroupName}`,
    context: {
      ...placed(deploy, source),
      desiredPercentage: percentage,
      ...whileNewcomerIsHealthy(deploy, change.newcomers),
      hold: { name: change.hold, reason: change.reason },
    },
  };
}

/** Lets a part of the newcomer serve, per cent of its capacity; it is held, so that it ends with the deploy unless `promote` comes. */
export function giveShare(deploy: Made, percentage: number, { hold, reason }: HeldChange): Step {
  return {
    type: 'enableServerGroup',
    name: `Let ${percentage} % of ${deploy.created.serverGroupName} serve`,
    context: { ...newcomer(deploy), desiredPercentage: percentage, hold: { name: hold, reason } },
  };
}

/** Lets all of the newcomer serve, for good. */
export function promote(deploy: Made, hold: string): Step {
  return {
    type: 'enableServerGroup',
    name: `Enable ${deploy.created.serverGroupName}`,
    context: { ...newcomer(deploy), settlesHolds: [hold] },
  };
}

/** The older server groups lose all traffic, and what was held of the one that served before is permanent. */
export function settleOlder(deploy: Made, hold: string): Step {
  return {
    type: 'disableCluster',
    name: 'Disable older server groups',
    context: { ...takesFromOlder(deploy), remainingEnabledServerGroups: 1, settlesHolds: [hold] },
  };
}

/** After a failure: what was held of the server group that served before is undone. */
export function releaseSource(deploy: Made, hold: string): Step[] {
  const { source } = deploy;
  if (!source) return [];
  return [
    {
      type: 'releaseHolds',
      name: `Give ${source.serverGroupName} back what was taken`,
      context: { ...placed(deploy, source), holds: [hold] },
    },
  ];
}

/** Watches what the newcomer's load balancers count, and ends badly as soon as it breaks the rules. */
export function watchNewcomer(
  { created, cluster, cloudProvider }: Made,
  forSeconds: number,
  settings: { readonly rules: z.output<typeof trafficRulesSchema>; readonly whenUndecided: 'fail' | 'goOn' },
): Step | undefined {
  if (forSeconds <= 0) return undefined;
  return {
    type: 'watchTraffic',
    name: `Watch ${created.serverGroupName}`,
    context: {
      cloudProvider,
      credentials: created.account,
      region: created.region,
      cluster,
      serverGroupName: created.serverGroupName,
      forSeconds,
      rules: settings.rules,
      whenUndecided: settings.whenUndecided,
    },
  };
}

const newcomer = (deploy: Made): JsonObject => {
  const { targetHealthyDeployPercentage: percentage } = deploy.description;
  return {
    ...placed(deploy, deploy.created),
    ...(percentage === undefined ? {} : { targetHealthyDeployPercentage: percentage }),
  };
};

const placed = ({ cloudProvider, description }: Made, group: PlacedServerGroup): JsonObject => {
  const { interestingHealthProviderNames: named } = description;
  return {
    cloudProvider,
    credentials: group.account,
    regions: [group.region],
    serverGroupName: group.serverGroupName,
    ...(named ? { interestingHealthProviderNames: named } : {}),
  };
};
