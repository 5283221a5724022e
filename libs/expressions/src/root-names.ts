import { deployedServerGroups, scmInfo } from './functions/execution.ts';
import type { Surroundings } from './surroundings.ts';

/** Names that are worked out where the scope has no such key; undefined: there is nothing of the kind. */
const WORKED_OUT: Readonly<Record<string, (around: Surroundings) => unknown>> = {
  deployedServerGroups: (around) => {
    if (around.scope.lookup('execution') === undefined) return undefined;
    const made = deployedServerGroups([], around);
    return Array.isArray(made) && made.length === 0 ? undefined : made;
  },
  scmInfo,
};

/** The names that every expression of an execution can begin with, for completion. */
export const ROOT_NAMES: readonly string[] = [
  ...Object.keys(WORKED_OUT),
  'execution',
  'parameters',
  'templateVariables',
  'trigger',
].sort();

/** What a bare name means; undefined when there is none. */
export function rootName(name: string, around: Surroundings): unknown {
  const found = around.scope.lookup(name);
  if (found !== undefined || !Object.hasOwn(WORKED_OUT, name)) return found;
  return WORKED_OUT[name]?.(around);
}
