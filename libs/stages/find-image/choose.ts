import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
import type { FindImage } from './schema.ts';

export type Found = { readonly group: ServerGroup; readonly image: string } | { readonly problem: string };

const newestFirst = (a: ServerGroup, b: ServerGroup): number =>
  b.createdTime - a.createdTime || b.name.localeCompare(a.name);

/** The server group whose image is meant, of those of one cluster in one region. @throws Error for a pattern that is none */
export function chooseImage(
  groups: readonly ServerGroup[],
  settings: Pick<FindImage, 'selectionStrategy' | 'onlyEnabled' | 'imageNamePattern'>,
): Found {
  if (groups.length === 0) return { problem: 'it has no server group there' };
  const enabled = settings.onlyEnabled ? groups.filter((group) => !group.isDisabled) : groups;
  if (enabled.length === 0) return { problem: `none of its ${groups.length} server groups is enabled` };
  const pattern = settings.imageNamePattern;
  const matching = pattern
    ? enabled.filter(({ image }) => image !== undefined && linearRegex(`^(?:${pattern})$`).finds(image))
    : enabled.filter(({ image }) => image !== undefined);
  if (matching.length === 0)
    return {
      problem: pattern
        ? `no image matches ${pattern}; there are ${enabled.map(({ image }) => image ?? 'none').join(', ')}`
        : 'its server groups show no image',
    };
  if (settings.selectionStrategy === 'FAIL' && matching.length > 1)
    return {
      problem: `it has ${matching.length} server groups (${matching.map(({ name }) => name).join(', ')}), and the strategy FAIL wants one`,
    };
  const [group] = ordered(matching, settings.selectionStrategy);
  return group?.image === undefined ? { problem: 'its server groups show no image' } : { group, image: group.image };
}

function ordered(groups: readonly ServerGroup[], strategy: FindImage['selectionStrategy']): ServerGroup[] {
  const sorted = groups.toSorted(newestFirst);
  if (strategy === 'OLDEST') return sorted.toReversed();
  return strategy === 'LARGEST' ? sorted.toSorted((a, b) => b.instances.length - a.instances.length) : sorted;
}
