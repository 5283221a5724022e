import type { Clock } from './clock.ts';
import type { GroupManager, Version } from './group-manager-schema.ts';
import { disksToDelete, keptDevices } from './instance-disks.ts';
import { newManagedInstance } from './instance-document.ts';
import type { NewInstance, Placement } from './instance-document.ts';
import { lastPart, splitPath, zoneScope } from './path.ts';
import type { Instance } from './resource.ts';
import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';

/** Makes the documents of a group's instances, and deletes disks that nobody needs any more. */
export class InstanceMaker {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  readonly #placement: Placement;

  constructor(store: Store, clock: Clock, runtime: Runtime, placement: Placement) {
    this.#store = store;
    this.#clock = clock;
    this.#runtime = runtime;
    this.#placement = placement;
  }

  /**
   * A new instance of a group.
   * @param wanted its name; one that is free when left out
   * @throws Error when the name is taken
   */
  create(
    groupPath: string,
    group: GroupManager,
    zone: string,
    version: Version | undefined,
    wanted: string | undefined,
  ): NewInstance {
    const scope = zoneScope(splitPath(groupPath)?.scope.project ?? '', zone);
    const isTaken = (each: string): boolean =>
      this.#store.get('instances', `${scope.path}/instances/${each}`) !== undefined;
    if (wanted !== undefined && isTaken(wanted)) {
      throw new Error(`There is an instance '${wanted}' in ${zone} already, and it is not of this group.`);
    }
    let name = wanted ?? '';
    while (name === '' || isTaken(name)) name = `${group.baseInstanceName}-${this.#store.nextSuffix(4)}`;
    return newManagedInstance(this.#store, this.#placement, this.#clock.now(), {
      groupPath,
      group,
      version: version ?? { instanceTemplate: group.instanceTemplate },
      scope,
      name,
      previous: undefined,
    });
  }

  /** The successor of an instance under its name; disks that do not go on are deleted. */
  succeed(groupPath: string, group: GroupManager, old: Instance, version: Version): NewInstance {
    const kept = keptDevices(group, group.perInstanceConfigs?.[old.name]);
    this.deleteDisks(disksToDelete(this.#store, old, kept));
    return newManagedInstance(this.#store, this.#placement, this.#clock.now(), {
      groupPath,
      group,
      version,
      scope: zoneScope(splitPath(groupPath)?.scope.project ?? '', lastPart(old.zone)),
      name: old.name,
      previous: old,
    });
  }

  /** Deletes disks with what is on them; unknown ones are fine. */
  deleteDisks(paths: readonly string[]): void {
    for (const path of paths) {
      const disk = this.#store.get('disks', path);
      if (disk === undefined) continue;
      this.#store.remove(path);
      void this.#runtime.discardDisk(disk.id);
    }
  }
}
