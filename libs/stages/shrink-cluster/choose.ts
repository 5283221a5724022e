import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { keepOrder } from '@gennaker/extension-sdk/cluster-stage';

/** Groups beyond the first `size`, where enabled ones are kept first; one that is enabled goes only if that is allowed. */
export function beyondSize(
  candidates: readonly ServerGroup[],
  untouchable: readonly ServerGroup[],
  size: number,
  options: { readonly allowDeleteActive: boolean; readonly largerFirst: boolean },
): ServerGroup[] {
  const ordered = keepOrder(candidates, options.largerFirst);
  const activeFirst = [...ordered.filter((group) => !group.isDisabled), ...ordered.filter((group) => group.isDisabled)];
  return activeFirst
    .slice(Math.max(0, size - untouchable.length))
    .filter((group) => options.allowDeleteActive || group.isDisabled);
}
