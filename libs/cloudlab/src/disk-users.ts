import { linkOf } from './path.ts';
import { inUse } from './problem.ts';
import type { DiskMode } from './resource.ts';
import type { Store } from './store.ts';

/** An instance that has a disk. */
export interface DiskUser {
  readonly path: string;
  readonly mode: DiskMode;
}

/** The instances that a disk is attached to: one that may write, or any number that only read. */
export function usersOf(store: Store, disk: string): DiskUser[] {
  const link = linkOf(disk);
  return store.list('instances', 'projects/').flatMap(([path, { disks }]) => {
    const attached = disks.find(({ source }) => source === link);
    return attached === undefined ? [] : [{ path, mode: attached.mode ?? 'READ_WRITE' }];
  });
}

/**
 * Whether an instance can have a disk beside those that have it.
 * @param instance its path; what it has itself by now is to be replaced
 * @throws CloudProblem 400 resourceInUseByAnotherResource
 */
export function refuseUnlessShared(store: Store, disk: string, mode: DiskMode, instance?: string): void {
  const users = usersOf(store, disk).filter(({ path }) => path !== instance);
  const writer = mode === 'READ_WRITE' ? users[0] : users.find((each) => each.mode === 'READ_WRITE');
  if (writer !== undefined) throw inUse(disk, writer.path);
}
