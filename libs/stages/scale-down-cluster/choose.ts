import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { keepOrder } from '@gennaker/extension-sdk/cluster-stage';
import { z } from 'zod';

/**
 * Groups beyond the first `remaining` that still have instances or are to have some, where enabled ones keep theirs
 * first; one that is enabled loses its instances only if that is allowed.
 */
export function beyondFullSize(
  candidates: readonly ServerGroup[],
  untouchable: readonly ServerGroup[],
  remaining: number,
  options: { readonly allowActive: boolean; readonly largerFirst: boolean },
): ServerGroup[] {
  const ordered = keepOrder(candidates, options.largerFirst);
  const activeFirst = [...ordered.filter((group) => !group.isDisabled), ...ordered.filter((group) => group.isDisabled)];
  return activeFirst
    .slice(Math.max(0, remaining - untouchable.length))
    .filter((group) => options.allowActive || group.isDisabled)
    .filter((group) => group.capacity.desired > 0 || mayGrow(group) || group.instances.length > 0);
}

const restingSchema = z.looseObject({ mode: z.literal('OFF') });

/** Whether an autoscaler that works may give it instances. */
const mayGrow = (group: ServerGroup): boolean =>
  group.capacity.max > 0 && !restingSchema.safeParse(group['autoscalingPolicy']).success;
