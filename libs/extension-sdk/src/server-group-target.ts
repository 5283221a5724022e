import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { DeployedServerGroup, ResolvedTarget } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Flattens outputs of several stages, nearest first, dropping what is not of the shape. */
export function listed<T>(outputs: readonly unknown[], schema: z.ZodType<T>): T[] {
  return outputs
    .flatMap((output) => z.array(z.unknown()).catch([]).parse(output))
    .flatMap((entry) => {
      const parsed = schema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
}

const NAMES: Readonly<Record<string, 'current' | 'ancestor' | 'oldest'>> = {
  current_asg_dynamic: 'current',
  current_asg: 'current',
  current: 'current',
  newest: 'current',
  ancestor_asg_dynamic: 'ancestor',
  ancestor_asg: 'ancestor',
  previous: 'ancestor',
  ancestor: 'ancestor',
  oldest_asg_dynamic: 'oldest',
  oldest: 'oldest',
};

export type TargetAnswer =
  | { readonly group: ServerGroup; readonly current: string; readonly why: string }
  | { readonly problem: string };

const newestFirst = (a: ServerGroup, b: ServerGroup): number =>
  b.createdTime - a.createdTime || b.name.localeCompare(a.name);

/**
 * The server group that a target names now. An execution that deployed into the cluster means its own group by
 * "current", so that a newer deploy of somebody else is left alone; "ancestor" is the newest enabled group older than
 * that (or the newest older one, when none is enabled), and stays the same group for later stages of the execution.
 */
export function resolveTarget(
  groups: readonly ServerGroup[],
  target: string,
  deployed: readonly DeployedServerGroup[],
  resolved: readonly ResolvedTarget[],
): TargetAnswer {
  const kind = NAMES[target.toLowerCase()];
  if (!kind)
    return {
      problem: `"${target}" is no target; use ${Object.keys(NAMES)
        .filter((n) => n.endsWith('dynamic'))
        .join(', ')}`,
    };
  const sorted = groups.toSorted(newestFirst);
  if (sorted.length === 0) return { problem: 'the cluster has no server group' };
  const own = deployed
    .map((made) => sorted.find((group) => group.name === made.serverGroupName))
    .find((group) => group !== undefined);
  const current = own ?? sorted[0];
  if (!current) return { problem: 'the cluster has no server group' };
  const currentWhy = own ? 'which this execution deployed' : 'the newest of the cluster';
  if (kind === 'current') return { group: current, current: current.name, why: `${current.name}, ${currentWhy}` };
  if (kind === 'oldest') {
    const oldest = sorted.at(-1);
    if (!oldest || sorted.length < 2)
      return { problem: `only ${current.name} exists, and the oldest of several is wanted` };
    return { group: oldest, current: current.name, why: `${oldest.name}, the oldest of ${sorted.length}` };
  }
  const older = sorted.slice(sorted.indexOf(current) + 1);
  const before = resolved.find(
    (entry) => NAMES[entry.target.toLowerCase()] === 'ancestor' && entry.current === current.name,
  );
  const same = older.find((group) => group.name === before?.serverGroupName);
  if (same) return { group: same, current: current.name, why: `${same.name}, as in the stage before` };
  const enabled = older.find((group) => !group.isDisabled);
  if (enabled)
    return {
      group: enabled,
      current: current.name,
      why: `${enabled.name}, the newest enabled one before ${current.name}`,
    };
  const newest = older[0];
  if (newest)
    return { group: newest, current: current.name, why: `${newest.name}, the newest one before ${current.name}` };
  return { problem: `nothing is older than ${current.name}, ${currentWhy}` };
}

/**
 * Server groups that a clean-up of a cluster may touch, newest first: those older than what this execution deployed,
 * or all of them when it deployed nothing there. A newer deploy of somebody else is never touched.
 */
export function older(groups: readonly ServerGroup[], deployed: readonly DeployedServerGroup[]): ServerGroup[] {
  const sorted = groups.toSorted(newestFirst);
  const mine = sorted.filter((group) => deployed.some((made) => made.serverGroupName === group.name));
  const oldestOfMine = mine.at(-1);
  return oldestOfMine ? sorted.slice(sorted.indexOf(oldestOfMine) + 1) : sorted;
}
