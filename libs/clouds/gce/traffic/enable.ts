import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type PreviewContext,
} from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { serverGroupOperationSchema } from '../schema.ts';
import { clusterOf, example, mustFind, touch } from '../server-group.ts';
import { setScaling } from './scaling.ts';
import { attachAll, targetText, touchTargets, undoAttach, undoDetach } from './steps.ts';
import { policyProblemsOf, takesShares, type TrafficTarget } from './targets.ts';
import { shareOf, trafficGroup, trafficRecord, type WantedTraffic, wantedTargets, wantedTraffic } from './wanted.ts';
import { inverseOfTraffic } from '../inverse/traffic.ts';

const schema = serverGroupOperationSchema.extend({
  desiredPercentage: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("the part of the group's capacity that serves, 1 to 100; all of it when absent"),
});
type EnableServerGroup = z.infer<typeof schema>;

/** Puts a server group behind every load balancer it is meant for, whole or by a share of its capacity. */
export function enableServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema,
    examples: [example],
    cluster: clusterOf,
    becomes: ({ region, serverGroupName, desiredPercentage: percentage = 100 }) => [
      { kind: 'traffic', region, serverGroupName, percentage },
    ],
    preview: async (context, d) => {
      const { targets, problems } = await planEnable(compute, context, d);
      return {
        changes: targets.map(
          (target) => `Puts ${d.serverGroupName} into ${targetText(target)}${shareText(target, d.desiredPercentage)}.`,
        ),
        warnings: targets.length === 0 ? [`${d.serverGroupName} is meant for no load balancer.`] : [],
        problems,
      };
    },
    inverse: (context, d) => inverseOfTraffic(compute, context, d, d.desiredPercentage ?? 100),
    run: (context, d) => run(compute, context, d),
  });
}

const shareText = (target: TrafficTarget, percentage = 100): string =>
  takesShares(target) ? ` with ${percentage} % of its capacity` : '';

async function planEnable(compute: Compute, context: Pick<PreviewContext, 'getTraffic'>, d: EnableServerGroup) {
  const group = await mustFind(compute, d);
  const wanted = await wantedTraffic(compute, context, d, group);
  const targets = await wantedTargets(compute, d.region, wanted);
  return {
    group: trafficGroup(group),
    wanted,
    targets,
    problems: [...policyProblemsOf(targets, wanted.policy), ...shareProblems(targets, d.desiredPercentage ?? 100)],
  };
}

/** Why a part of a group cannot serve: one sentence for each target that takes it whole or not at all. */
export function shareProblems(targets: readonly TrafficTarget[], percentage: number): string[] {
  return percentage === 100
    ? []
    : targets
        .filter((target) => !takesShares(target))
        .map(
          (target) =>
            `desiredPercentage must be 100 for load balancer ${target.loadBalancer}: one of type ${target.loadBalancerType} passes connections through and takes a group whole; resize the group instead`,
        );
}

async function run(compute: Compute, context: OperationContext, d: EnableServerGroup) {
  const { group, targets, wanted } = await context.step('find', async () => {
    const plan = await planEnable(compute, context, d);
    if (plan.problems.length > 0) throw new Error(`${plan.problems.join('; ')}.`);
    return plan;
  });
  const percentage = d.desiredPercentage ?? 100;
  const loadBalancers: WantedTraffic['loadBalancers'] = wanted.loadBalancers;
  touch(context, d);
  touchTargets(context, targets);
  const before = await context.step('before', () => context.getTraffic(d.region, d.serverGroupName));
  await context.step(
    'desired-traffic',
    () => context.setTraffic(d.region, d.serverGroupName, trafficRecord(wanted, { enabled: true, percentage })),
    () => context.setTraffic(d.region, d.serverGroupName, before),
  );
  await setScaling(compute, context, group, before, true);
  // What nobody recorded may have served before: it is left where it is.
  const undo = !before
    ? undefined
    : before.enabled
      ? undoDetach(compute, context, group, shareOf(before))
      : undoAttach(compute, context, group);
  await attachAll(compute, context, targets, group, { policy: wanted.policy, percentage }, undo);
  return [{ type: 'EnableResult', serverGroupName: d.serverGroupName, loadBalancers: [...loadBalancers], percentage }];
}
