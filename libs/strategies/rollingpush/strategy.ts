import { clusterName } from '@gennaker/contracts/moniker';
import { type NewServerGroupStage, newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { whereOf } from '@gennaker/extension-sdk/new-server-group';
import type { PlanView } from '@gennaker/extension-sdk/stage';
import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { inOrder } from '@gennaker/extension-sdk/strategy-stages';
import { z } from 'zod';
import { type RollingPush, rollingpushProblems, rollingpushSchema } from './schema.ts';

/** A group that spans a region's zones takes no surplus below their number. */
const ZONES = 3;
/** What of the description an instance is made of. */
const LAUNCH_KEYS = ['instanceType', 'instanceMetadata', 'labels', 'tags'] as const;
/** Those of them that add to what is there, and so cannot be taken back. */
const ADDING_KEYS = ['instanceMetadata', 'labels'] as const;
/** The former instances come back with a failure, a cancellation or a lost orca. */
const HOLD = 'rolling-push';

/** The server group stays and its instances are replaced: new ones come before old ones go. */
export default defineStrategy({
  type: 'rollingpush',
  label: 'Rolling push',
  description: 'Replaces the instances of the server group that serves; no new server group is made',
  schema: rollingpushSchema,
  problems: rollingpushProblems,
  bounds: ({ termination }, { from }) => ({ most: from + surgeOf(termination), least: from }),
  insteadStages: ({ description, settings: { termination }, view }) => {
    const described = newServerGroupStageSchema.parse(description);
    const { account, region } = whereOf(described);
    if (!account || !region) throw new Error('Strategy rollingpush: the cluster names no account or no region');
    const { cloudProvider, stack, freeFormDetails } = described;
    const cluster = clusterName(
      described.application ?? view.application,
      stack ?? undefined,
      freeFormDetails ?? undefined,
    );
    const launched = Object.fromEntries(
      LAUNCH_KEYS.flatMap((key) => (description[key] === undefined ? [] : [[key, description[key]]])),
    );
    const change = {
      cloudProvider,
      credentials: account,
      cluster,
      regions: [region],
      target: 'current_asg_dynamic',
      image: imageOf(described, view),
      ...launched,
    };
    const isHeld = ADDING_KEYS.every((key) => launched[key] === undefined);
    return inOrder([
      {
        type: 'updateLaunchConfig',
        name: `Replace the instances of ${cluster}`,
        context: {
          ...change,
          ...(isHeld
            ? { hold: { name: HOLD, reason: 'new instances are tried before the former ones are given up' } }
            : {}),
          targetHealthyDeployPercentage: described.targetHealthyDeployPercentage,
          ...(described.interestingHealthProviderNames
            ? { interestingHealthProviderNames: described.interestingHealthProviderNames }
            : {}),
          requireAutohealing: true,
          updatePolicy: termination.relaunchAllInstances
            ? {
                type: 'PROACTIVE',
                maxSurge: { fixed: surgeOf(termination) },
                maxUnavailable: { fixed: 0 },
              }
            : { type: 'OPPORTUNISTIC' },
        },
      },
      // It is made of that already: nothing changes but that it stays so.
      isHeld
        ? {
            type: 'updateLaunchConfig',
            name: `Keep the new instances of ${cluster}`,
            context: { ...change, settlesHolds: [HOLD] },
          }
        : undefined,
    ]);
  },
});

const surgeOf = ({ concurrentRelaunches }: RollingPush['termination']): number => Math.max(ZONES, concurrentRelaunches);

const detailsSchema = z.array(
  z.looseObject({
    cloudProviderType: z.string().optional(),
    imageName: z.string().optional(),
    ami: z.string().optional(),
  }),
);

/** The image that the cluster names, or that of the bake before. @throws Error when there is none */
function imageOf(described: NewServerGroupStage, view: PlanView): string {
  const named = described.image ?? described.imageId ?? described.amiName;
  if (named) return named;
  const details = detailsSchema.catch([]).parse(view.ancestorOutput('deploymentDetails'));
  const found = details.find((one) => (one.cloudProviderType ?? described.cloudProvider) === described.cloudProvider);
  const image = found?.imageName ?? found?.ami;
  if (!image) throw new Error('Strategy rollingpush: there is no image; name one in the cluster, or bake one before');
  return image;
}
