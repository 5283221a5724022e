import type { UpdateAction, UpdatePolicy } from './group-manager-schema.ts';
import { UPDATE_ACTIONS } from './group-manager-schema.ts';
import type { InstanceTemplate } from './resource.ts';

type Properties = InstanceTemplate['properties'];

/** What can change while the program runs. */
const REFRESHED = ['metadata', 'labels', 'tags'];
/** What takes a restart. */
const RESTARTED = ['machineType', 'minCpuPlatform', 'scheduling', 'serviceAccounts', 'canIpForward'];

/** The gentlest action that turns an instance of one template into one of another. */
export function neededAction(from: Properties | undefined, to: Properties): UpdateAction {
  if (from === undefined) return 'REPLACE';
  const changed = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]),
  );
  if (changed.length === 0) return 'NONE';
  if (changed.every((key) => REFRESHED.includes(key))) return 'REFRESH';
  return changed.every((key) => REFRESHED.includes(key) || RESTARTED.includes(key)) ? 'RESTART' : 'REPLACE';
}

/**
 * What is done when `needed` is the least: as hard as the policy's minimal action, undefined when it is more than the
 * policy's most disruptive one.
 */
export function allowedAction(
  needed: UpdateAction,
  policy: Pick<UpdatePolicy, 'minimalAction' | 'mostDisruptiveAllowedAction'>,
): UpdateAction | undefined {
  const rank = (action: UpdateAction): number => UPDATE_ACTIONS.indexOf(action);
  const most = policy.mostDisruptiveAllowedAction ?? 'REPLACE';
  if (rank(needed) > rank(most)) return undefined;
  const minimal = policy.minimalAction ?? 'REPLACE';
  return rank(minimal) > rank(needed) ? (rank(minimal) > rank(most) ? most : minimal) : needed;
}
