import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { badRequest, ServiceError } from '@gennaker/contracts/error';

/** Names by which a cluster's server groups are addressed at run time, with Spinnaker's older spellings. */
const TARGETS: Readonly<Record<string, Target>> = {
  current: 'CURRENT',
  newest: 'CURRENT',
  current_asg_dynamic: 'CURRENT',
  current_asg: 'CURRENT',
  previous: 'PREVIOUS',
  ancestor: 'PREVIOUS',
  ancestor_asg_dynamic: 'PREVIOUS',
  ancestor_asg: 'PREVIOUS',
  oldest: 'OLDEST',
  oldest_asg_dynamic: 'OLDEST',
  largest: 'LARGEST',
  fail: 'FAIL',
};
export type Target = 'CURRENT' | 'PREVIOUS' | 'OLDEST' | 'LARGEST' | 'FAIL';

/**
 * The server group of a cluster that a target names. Newest is by creation, not by number.
 * @throws ServiceError 400 for an unknown target, 404 saying what there is when none fits
 */
export function resolveTarget(
  groups: readonly ServerGroup[],
  name: string,
  onlyEnabled: boolean,
  where: string,
): ServerGroup {
  const target = TARGETS[name.toLowerCase()];
  if (!target)
    throw badRequest(`${name} is no target`, {
      field: 'target',
      fix: 'use CURRENT, PREVIOUS, OLDEST, LARGEST or FAIL',
    });
  const newestFirst = groups
    .filter((group) => !onlyEnabled || !group.isDisabled)
    .toSorted((a, b) => b.createdTime - a.createdTime || b.name.localeCompare(a.name));
  const found = pick(newestFirst, target);
  if (found) return found;
  const kind = onlyEnabled ? 'enabled server group' : 'server group';
  const names = newestFirst.map((group) => group.name).join(', ') || 'none';
  const needed = target === 'PREVIOUS' || target === 'OLDEST' ? 'two are needed' : 'one is needed';
  if (target === 'FAIL' && newestFirst.length > 1)
    throw new ServiceError(409, `${where} has more than one ${kind}: ${names}`, {
      field: 'target',
      fix: 'say which one by another target or by its name',
    });
  throw new ServiceError(404, `${where} has no ${target} ${kind}: there is ${names}, and ${needed}`, {
    field: 'target',
    fix: 'name the server group, or choose another target',
  });
}

function pick(newestFirst: readonly ServerGroup[], target: Target): ServerGroup | undefined {
  switch (target) {
    case 'CURRENT':
      return newestFirst[0];
    case 'PREVIOUS':
      return newestFirst[1];
    case 'OLDEST':
      return newestFirst.length > 1 ? newestFirst.at(-1) : undefined;
    case 'LARGEST':
      return newestFirst.reduce<ServerGroup | undefined>(
        (best, group) => (!best || group.instances.length > best.instances.length ? group : best),
        undefined,
      );
    case 'FAIL':
      return newestFirst.length === 1 ? newestFirst[0] : undefined;
  }
}
