import type { OperationContext, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, putAutoscaler } from '../autoscalers.ts';
import type { Compute } from '../compute.ts';
import { addressOf, findGroup, findTemplate, regionOfAddress } from '../groups.ts';
import { meantMode } from '../policy-metadata.ts';
import type { Autoscaler, Group, Template } from '../resources.ts';
import { changing, undoing } from '../safe-repeat.ts';
import type { TrafficGroup } from './attach.ts';

/**
 * The mode that an autoscaler has while its group serves: its own, or where it rests the one that was noted when it was
 * laid to rest, or else the one that Spinnaker keeps in the template. One that is off while the group serves is meant to be.
 */
export function servingMode(
  { autoscalingPolicy }: Autoscaler,
  record: TrafficRecord | null,
  template: Template | null,
): string {
  const mode = autoscalingPolicy?.mode ?? 'ON';
  if (mode !== 'OFF') return mode;
  return record?.autoscalingMode ?? (record?.enabled ? mode : (meantMode(template) ?? 'ON'));
}

/** The mode that the autoscaler of a group is to have again after a rest that begins now; undefined without an autoscaler. */
export async function modeAfterRest(
  compute: Compute,
  group: Group,
  record: TrafficRecord | null,
): Promise<string | undefined> {
  const [autoscaler, template] = await Promise.all([
    findAutoscaler(compute, addressOf(group), group),
    findTemplate(compute, group.instanceTemplate),
  ]);
  return autoscaler ? servingMode(autoscaler, record, template) : undefined;
}

/**
 * Lets the autoscaler of a group work as it did before, or rest: a group without requests would be scaled in, and be too
 * small for those that come back. A group without an autoscaler is left alone.
 * @param before the traffic record from before this operation
 */
export async function setScaling(
  compute: Compute,
  context: OperationContext,
  group: TrafficGroup,
  before: TrafficRecord | null,
  on: boolean,
): Promise<void> {
  const found = await context.step('autoscaler before', async () => {
    const current = await findGroup(compute, regionOfAddress(group.address), group.name);
    const autoscaler = current && (await findAutoscaler(compute, group.address, current));
    if (!current || !autoscaler) return null;
    const mode = on ? servingMode(autoscaler, before, await findTemplate(compute, current.instanceTemplate)) : 'OFF';
    return (autoscaler.autoscalingPolicy?.mode ?? 'ON') === mode ? null : { autoscaler, mode };
  });
  if (!found) return;
  const { autoscaler, mode } = found;
  const at = { address: group.address, group: group.name, target: autoscaler.target ?? '' };
  await context.progress(
    'AUTOSCALING',
    on ? `Autoscaling of ${group.name} goes on` : `Autoscaling of ${group.name} rests`,
  );
  await context.step(
    'autoscaler mode',
    () =>
      putAutoscaler(
        compute,
        at,
        autoscaler,
        { ...autoscaler.autoscalingPolicy, mode },
        changing(context, 'autoscaler mode'),
      ),
    () =>
      putAutoscaler(compute, at, autoscaler, { ...autoscaler.autoscalingPolicy }, undoing(context, 'autoscaler mode')),
  );
}
