import type { Inverse, PreviewContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler } from '../autoscalers.ts';
import type { Compute } from '../compute.ts';
import { addressOf } from '../groups.ts';
import type { ServerGroupOperation } from '../schema.ts';
import { mustFind } from '../server-group.ts';
import { attachedTargets } from '../traffic/targets.ts';
import { trafficGroup } from '../traffic/wanted.ts';
import { placeOf } from './capacity.ts';

/**
 * The traffic that a group has now: whether it serves, by which part of its capacity, and whether its autoscaler works.
 * `after`: the part that will serve, 0 to 100.
 */
export async function inverseOfTraffic(
  compute: Compute,
  context: Pick<PreviewContext, 'getTraffic'>,
  d: ServerGroupOperation,
  after: number,
): Promise<Inverse> {
  const group = await mustFind(compute, d);
  const before = await servingPart(compute, context, d);
  if (before === after) return { operations: [] };
  const at = placeOf(d);
  const scaling = (await findAutoscaler(compute, addressOf(group), group))?.autoscalingPolicy;
  // Traffic that comes back has the autoscaler work, traffic that goes has it rest: neither need be how it was.
  const works = before > 0 ? 'ON' : 'OFF';
  const mode = scaling?.mode ?? 'ON';
  return {
    operations: [
      before === 0
        ? { disableServerGroup: at }
        : { enableServerGroup: before === 100 ? at : { ...at, desiredPercentage: before } },
      ...(scaling && mode !== works ? [{ upsertScalingPolicy: { ...at, autoscalingPolicy: { mode } } }] : []),
    ],
  };
}

/** Which part of a group serves now, in percent: as was asked for, or else by where it is. */
async function servingPart(
  compute: Compute,
  context: Pick<PreviewContext, 'getTraffic'>,
  d: ServerGroupOperation,
): Promise<number> {
  const record = await context.getTraffic(d.region, d.serverGroupName);
  if (record) return record.enabled ? (record.percentage ?? 100) : 0;
  const group = await mustFind(compute, d);
  const { targets } = await attachedTargets(compute, group, trafficGroup(group).link);
  return targets.length > 0 ? 100 : 0;
}
