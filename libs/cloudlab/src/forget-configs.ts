import { lastPart } from './path.ts';
import type { Store } from './store.ts';

/** Takes what a group keeps for single instances out of it, when they leave it. */
export function forgetConfigs(store: Store, groupPath: string, paths: readonly string[]): void {
  const group = store.get('instanceGroupManagers', groupPath);
  const names = paths.map(lastPart);
  if (group?.perInstanceConfigs === undefined || !names.some((name) => group.perInstanceConfigs?.[name])) return;
  const left = Object.entries(group.perInstanceConfigs).filter(([name]) => !names.includes(name));
  store.put('instanceGroupManagers', groupPath, { ...group, perInstanceConfigs: Object.fromEntries(left) });
}
