import type { GroupManager, PerInstanceConfig } from './group-manager-schema.ts';
import { lastPart, linkOf, pathOf, zoneScope } from './path.ts';
import type { AttachedDisk, Disk, Instance, InstanceTemplate } from './resource.ts';
import type { Store } from './store.ts';

type TemplateDisk = InstanceTemplate['properties']['disks'][number];

/** Of a disk whose size nobody says. */
export const DEFAULT_SIZE_GB = '10';

/** Device names whose disks a group keeps when it makes an instance anew. */
export function keptDevices(group: GroupManager, config: PerInstanceConfig | undefined): ReadonlySet<string> {
  return new Set([
    ...Object.keys(group.statefulPolicy?.preservedState?.disks ?? {}),
    ...Object.keys(config?.preservedState.disks ?? {}),
  ]);
}

/** Device names whose disks stay when their instance goes for good. */
export function lastingDevices(group: GroupManager | undefined, config: PerInstanceConfig | undefined) {
  const rules = { ...group?.statefulPolicy?.preservedState?.disks, ...config?.preservedState.disks };
  return new Set(
    Object.entries(rules)
      .filter(([, { autoDelete }]) => autoDelete !== 'ON_PERMANENT_INSTANCE_DELETION')
      .map(([device]) => device),
  );
}

/**
 * The disks of a new instance, made or taken over, as they are attached.
 * @param kept disks of the instance's predecessor that go on, by device name
 */
export function attachDisks(
  store: Store,
  now: number,
  instance: { readonly project: string; readonly zone: string; readonly name: string },
  disks: readonly TemplateDisk[],
  kept: ReadonlyMap<string, string>,
): AttachedDisk[] {
  const boot = Math.max(
    0,
    disks.findIndex((disk) => disk.boot === true),
  );
  return disks.map((disk, position) => {
    const isBoot = position === boot;
    const deviceName = deviceOf(disk, position);
    const source =
      kept.get(deviceName) ??
      ownSource(disk, instance.project) ??
      makeDisk(store, now, instance, disk, isBoot ? instance.name : `${instance.name}-${position}`);
    const { initializeParams: _, ...rest } = disk;
    return attachedDisk({
      ...rest,
      index: position,
      deviceName,
      boot: isBoot,
      // Of the real API's two defaults, a boot disk goes with its instance.
      autoDelete: typeof disk['autoDelete'] === 'boolean' ? disk['autoDelete'] : isBoot,
      source,
      diskSizeGb: store.get('disks', pathOf(source, instance.project, 'source'))?.sizeGb ?? DEFAULT_SIZE_GB,
    });
  });
}

/** A disk as an instance has it, with what is the same of all. */
export function attachedDisk(fields: AttachedDisk): AttachedDisk {
  return { kind: 'compute#attachedDisk', type: 'PERSISTENT', mode: 'READ_WRITE', ...fields };
}

/** Paths of an instance's disks that go with it. @param lasting device names whose disks stay */
export function disksToDelete(instance: Instance, lasting: ReadonlySet<string>): string[] {
  const project = instance.selfLink.split('/projects/')[1]?.split('/')[0] ?? '';
  return instance.disks.flatMap(({ deviceName, autoDelete, source }) =>
    source !== undefined && autoDelete && !lasting.has(deviceName) ? [pathOf(source, project, 'source')] : [],
  );
}

/** Data disks of an instance: their device names and the ids that their contents go by. */
export function dataDisks(store: Store, instance: Instance): { readonly device: string; readonly id: string }[] {
  const project = instance.selfLink.split('/projects/')[1]?.split('/')[0] ?? '';
  return instance.disks.flatMap(({ boot, deviceName, source }) => {
    const disk = source === undefined ? undefined : store.get('disks', pathOf(source, project, 'source'));
    return boot || disk === undefined ? [] : [{ device: deviceName, id: disk.id }];
  });
}

/** The instance that a disk is attached to. */
export function userOf(store: Store, disk: string): string | undefined {
  const link = linkOf(disk);
  return store.list('instances', 'projects/').find(([, each]) => each.disks.some(({ source }) => source === link))?.[0];
}

/** Device name of a disk that is asked for: its own, or one by its place. */
export function deviceOf(disk: Readonly<Record<string, unknown>>, position: number): string {
  const own = disk['deviceName'];
  return typeof own === 'string' && own !== '' ? own : `persistent-disk-${position}`;
}

function ownSource(disk: TemplateDisk, project: string): string | undefined {
  const source = disk['source'];
  return typeof source === 'string' && source !== '' ? linkOf(pathOf(source, project, 'disks.source')) : undefined;
}

function makeDisk(
  store: Store,
  now: number,
  { project, zone }: { readonly project: string; readonly zone: string },
  disk: TemplateDisk,
  wanted: string,
): string {
  const scope = zoneScope(project, zone);
  let name = wanted.slice(0, 63);
  // A disk that was kept from an earlier instance of that name stays as it is.
  while (store.get('disks', `${scope.path}/disks/${name}`) !== undefined) {
    name = `${wanted.slice(0, 58)}-${store.nextSuffix(4)}`;
  }
  const path = `${scope.path}/disks/${name}`;
  const params: Readonly<Record<string, unknown>> = disk.initializeParams ?? {};
  const size = params['diskSizeGb'] ?? disk['diskSizeGb'];
  const type = params['diskType'];
  const made: Disk = {
    kind: 'compute#disk',
    id: store.nextId(),
    name,
    creationTimestamp: new Date(now).toISOString(),
    selfLink: linkOf(path),
    zone: linkOf(scope.path),
    sizeGb: typeof size === 'string' || typeof size === 'number' ? String(size) : DEFAULT_SIZE_GB,
    type: linkOf(`${scope.path}/diskTypes/${typeof type === 'string' ? lastPart(type) : 'pd-standard'}`),
    ...(disk.initializeParams?.sourceImage === undefined ? {} : { sourceImage: disk.initializeParams.sourceImage }),
  };
  store.put('disks', path, made);
  return made.selfLink;
}
