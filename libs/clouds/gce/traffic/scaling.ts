import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, putAutoscaler } from '../autoscalers.ts';
import type { Compute } from '../compute.ts';
import { findGroup, findTemplate, regionOfAddress } from '../groups.ts';
import { meantMode } from '../policy-metadata.ts';
import { changing, undoing } from '../safe-repeat.ts';
import type { TrafficGroup } from './attach.ts';

/**
 * Lets the autoscaler of a group work, or rest: a group without requests would be scaled in, and be too small for those
 * that come back. A group without an autoscaler is left alone.
 */
export async function setScaling(
  compute: Compute,
  context: OperationContext,
  group: TrafficGroup,
  on: boolean,
): Promise<void> {
  const found = await context.step('autoscaler before', async () => {
    const current = await findGroup(compute, regionOfAddress(group.address), group.name);
    const autoscaler = current && (await findAutoscaler(compute, group.address, current));
    if (!current || !autoscaler) return null;
    const mode = on ? (meantMode(await findTemplate(compute, current.instanceTemplate)) ?? 'ON') : 'OFF';
    const isOff = autoscaler.autoscalingPolicy?.mode === 'OFF';
    return (on ? isOff && mode !== 'OFF' : !isOff) ? { autoscaler, mode } : null;
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
