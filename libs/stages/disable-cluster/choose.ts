import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { keepOrder } from '@gennaker/extension-sdk/cluster-stage';

/** Enabled groups beyond the first `remaining`; what may not be touched counts as kept. */
export function beyondRemaining(
  candidates: readonly ServerGroup[],
  untouchable: readonly ServerGroup[],
  remaining: number,
  largerFirst: boolean,
): ServerGroup[] {
  const enabled = (group: ServerGroup) => !group.isDisabled;
  const keep = Math.max(0, remaining - untouchable.filter(enabled).length);
  return keepOrder(candidates.filter(enabled), largerFirst).slice(keep);
}
