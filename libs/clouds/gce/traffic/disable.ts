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
import { shareProblems } from './enable.ts';
import { modeAfterRest, setScaling } from './scaling.ts';
import { attachAll, detachAll, targetText, touchTargets, undoDetach } from './steps.ts';
import { attachedTargets } from './targets.ts';
import { shareOf, trafficGroup, trafficRecord, wantedTraffic } from './wanted.ts';
import { inverseOfTraffic } from '../inverse/traffic.ts';

const schema = serverGroupOperationSchema.extend({
  desiredPercentage: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("the part of the group's capacity that stops serving, 1 to 100; all of it when absent"),
});
type DisableServerGroup = z.infer<typeof schema>;

/**
 * Takes a server group from behind every load balancer, or a share of its capacity; its instances run on, and open
 * connections are served to their end.
 */
export function disableServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema,
    examples: [example],
    cluster: clusterOf,
    takesAway: ({ region, serverGroupName, desiredPercentage: percentage = 100 }) => [
      percentage === 100
        ? { kind: 'all', region, serverGroupName }
        : { kind: 'share', region, serverGroupName, percentage },
    ],
    becomes: ({ region, serverGroupName, desiredPercentage: percentage = 100 }) => [
      { kind: 'traffic', region, serverGroupName, percentage: 100 - percentage },
    ],
    preview: async (context, d) => {
      const { attached, problems } = await planDisable(compute, context, d);
      const part = d.desiredPercentage ?? 100;
      return {
        changes: attached.targets.map((target) =>
          part === 100
            ? `Takes ${d.serverGroupName} out of ${targetText(target)}; open connections are served for up to ${target.drainSec} s.`
            : `Leaves ${100 - part} % of the capacity of ${d.serverGroupName} in ${targetText(target)}.`,
        ),
        warnings: [],
        problems,
      };
    },
    inverse: (context, d) => inverseOfTraffic(compute, context, d, 100 - (d.desiredPercentage ?? 100)),
    run: (context, d) => run(compute, context, d),
  });
}

async function planDisable(compute: Compute, context: Pick<PreviewContext, 'getTraffic'>, d: DisableServerGroup) {
  const found = await mustFind(compute, d);
  const group = trafficGroup(found);
  const [attached, record] = await Promise.all([
    attachedTargets(compute, found, group.link),
    context.getTraffic(d.region, d.serverGroupName),
  ]);
  const part = d.desiredPercentage ?? 100;
  return {
    group,
    attached,
    autoscalingMode: part === 100 ? await modeAfterRest(compute, found, record) : record?.autoscalingMode,
    wanted: await wantedTraffic(compute, context, d, found),
    problems: shareProblems(attached.targets, part),
  };
}

async function run(compute: Compute, context: OperationContext, d: DisableServerGroup) {
  const { group, attached, wanted, autoscalingMode } = await context.step('find', async () => {
    const plan = await planDisable(compute, context, d);
    if (plan.problems.length > 0) throw new Error(`${plan.problems.join('; ')}.`);
    return plan;
  });
  const loadBalancers = [...new Set([...wanted.loadBalancers, ...attached.loadBalancers])];
  const percentage = 100 - (d.desiredPercentage ?? 100);
  const enabled = percentage > 0;
  touch(context, d);
  touchTargets(context, attached.targets);
  const before = await context.step('before', () => context.getTraffic(d.region, d.serverGroupName));
  const record = { ...wanted, loadBalancers };
  await context.step(
    'desired-traffic',
    () =>
      context.setTraffic(
        d.region,
        d.serverGroupName,
        trafficRecord(record, { enabled, autoscalingMode, ...(enabled ? { percentage } : {}) }),
      ),
    () => context.setTraffic(d.region, d.serverGroupName, before),
  );
  const restore = undoDetach(compute, context, group, before ? shareOf(before) : wanted, attached.backends);
  if (enabled) {
    const share = { policy: wanted.policy, percentage };
    await attachAll(compute, context, attached.targets, group, share, restore);
    return [{ type: 'DisableResult', serverGroupName: d.serverGroupName, loadBalancers, percentage }];
  }
  const drainingUntil = await detachAll(compute, context, attached.targets, group, restore);
  await setScaling(compute, context, group, before, false);
  if (attached.targets.length > 0)
    await context.setTraffic(
      d.region,
      d.serverGroupName,
      trafficRecord(record, { enabled, autoscalingMode, drainingUntil }),
    );
  return [{ type: 'DisableResult', serverGroupName: d.serverGroupName, loadBalancers, drainingUntil }];
}
