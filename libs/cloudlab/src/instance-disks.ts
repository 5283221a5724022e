import { diskSize, diskSource, refuseBootDisk } from './disk-source.ts';
import { refuseUnlessShared, usersOf } from './disk-users.ts';
import type { GroupManager, PerInstanceConfig } from './group-manager-schema.ts';
import { lastPart, linkOf, pathOf, zoneScope } from './path.ts';
import { notFound } from './problem.ts';
import type { AttachedDisk, Disk, Instance, InstanceTemplate } from './resource.ts';
import type { DataDisk } from './runtime.ts';
import type { Store } from './store.ts';

type TemplateDisk = InstanceTemplate['properties']['disks'][number];

/** Where and how an instance is called. */
interface Place {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
}

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
 * @throws CloudProblem when a disk or what one is made of is not there or not to be had; then nothing is made
 */
export function attachDisks(
  store: Store,
  now: number,
  instance: Place,
  disks: readonly TemplateDisk[],
  kept: ReadonlyMap<string, string>,
): AttachedDisk[] {
  const boot = bootPosition(disks);
  checkDisks(store, instance, disks, kept);
  return disks.map((disk, position) => {
    const isBoot = position === boot;
    const deviceName = deviceOf(disk, position);
    const source =
      kept.get(deviceName) ??
      ownSource(disk, instance) ??
      makeDisk(store, now, instance, disk, isBoot ? undefined : position);
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

/**
 * Checks what the disks of a new instance name: the disks themselves, and what new ones are made of.
 * @param kept disks of a predecessor that go on, by device name: they need nothing
 * @throws CloudProblem
 */
export function checkDisks(
  store: Store,
  instance: Place,
  disks: readonly TemplateDisk[],
  kept: ReadonlyMap<string, string> = new Map(),
): void {
  const own = `${zoneScope(instance.project, instance.zone).path}/instances/${instance.name}`;
  const isNew = (disk: TemplateDisk, position: number): boolean => !kept.has(deviceOf(disk, position));
  checkSources(store, instance.project, disks, 'resource.disks', isNew);
  for (const [position, disk] of disks.entries()) {
    const source = ownSource(disk, instance);
    if (source === undefined || !isNew(disk, position)) continue;
    const path = pathOf(source, instance.project, 'source');
    const found = store.get('disks', path);
    if (found === undefined) throw notFound(path);
    if (position !== bootPosition(disks)) refuseBootDisk(path, found);
    refuseUnlessShared(store, path, disk.mode ?? 'READ_WRITE', own);
  }
}

/**
 * Checks what new disks are made of.
 * @param field where they stand in the request
 * @throws CloudProblem
 */
export function checkSources(
  store: Store,
  project: string,
  disks: readonly TemplateDisk[],
  field: string,
  isNew: (disk: TemplateDisk, position: number) => boolean = () => true,
): void {
  for (const [position, disk] of disks.entries()) {
    // The image that an instance boots from may still be in the making: it is looked up when it boots.
    if (!isNew(disk, position) || position === bootPosition(disks)) continue;
    const place = `${field}[${position}].initializeParams`;
    const source = diskSource(store, disk.initializeParams ?? {}, project, place);
    diskSize(sizeOf(disk), source, DEFAULT_SIZE_GB, `${place}.diskSizeGb`);
  }
}

/** The disk that an instance boots from. */
function bootPosition(disks: readonly TemplateDisk[]): number {
  return Math.max(
    0,
    disks.findIndex(({ boot }) => boot === true),
  );
}

/** A disk as an instance has it, with what is the same of all. */
export function attachedDisk(fields: AttachedDisk): AttachedDisk {
  return { kind: 'compute#attachedDisk', type: 'PERSISTENT', mode: 'READ_WRITE', ...fields };
}

/**
 * Paths of an instance's disks that go with it; one that another instance reads as well stays.
 * @param lasting device names whose disks stay
 */
export function disksToDelete(store: Store, instance: Instance, lasting: ReadonlySet<string>): string[] {
  const project = instance.selfLink.split('/projects/')[1]?.split('/')[0] ?? '';
  return instance.disks.flatMap(({ deviceName, autoDelete, source, mode }) => {
    if (source === undefined || !autoDelete || lasting.has(deviceName)) return [];
    const path = pathOf(source, project, 'source');
    return mode === 'READ_ONLY' && usersOf(store, path).length > 1 ? [] : [path];
  });
}

/** Data disks of an instance, as its program has them. */
export function dataDisks(store: Store, instance: Instance): (DataDisk & { readonly path: string })[] {
  const project = instance.selfLink.split('/projects/')[1]?.split('/')[0] ?? '';
  return instance.disks.flatMap(({ boot, deviceName, source, mode }) => {
    if (boot || source === undefined) return [];
    const path = pathOf(source, project, 'source');
    const disk = store.get('disks', path);
    return disk === undefined ? [] : [{ path, device: deviceName, id: disk.id, readOnly: mode === 'READ_ONLY' }];
  });
}

/** Device name of a disk that is asked for: its own, or one by its place. */
export function deviceOf(disk: Readonly<Record<string, unknown>>, position: number): string {
  const own = disk['deviceName'];
  return typeof own === 'string' && own !== '' ? own : `persistent-disk-${position}`;
}

/** Link of the disk that is to be attached as it is. A template names it alone: it is that of the instance's zone. */
function ownSource(disk: TemplateDisk, { project, zone }: Place): string | undefined {
  const source = disk['source'];
  if (typeof source !== 'string' || source === '') return undefined;
  if (!source.includes('/')) return linkOf(`${zoneScope(project, zone).path}/disks/${source}`);
  return linkOf(pathOf(source, project, 'disks.source'));
}

/** Gigabytes that are asked for, if any are. */
function sizeOf(disk: TemplateDisk): unknown {
  const params: Readonly<Record<string, unknown>> = disk.initializeParams ?? {};
  return params['diskSizeGb'] ?? disk['diskSizeGb'];
}

function makeDisk(
  store: Store,
  now: number,
  instance: Place,
  disk: TemplateDisk,
  /** Undefined for what it boots from. */
  position: number | undefined,
): string {
  const scope = zoneScope(instance.project, instance.zone);
  const wanted = position === undefined ? instance.name : `${instance.name}-${position}`;
  let name = wanted.slice(0, 63);
  // A disk that was kept from an earlier instance of that name stays as it is.
  while (store.get('disks', `${scope.path}/disks/${name}`) !== undefined) {
    name = `${wanted.slice(0, 58)}-${store.nextSuffix(4)}`;
  }
  const path = `${scope.path}/disks/${name}`;
  const params: Readonly<Record<string, unknown>> = disk.initializeParams ?? {};
  const isBoot = position === undefined;
  const source = isBoot ? undefined : diskSource(store, disk.initializeParams ?? {}, instance.project, 'disks');
  const type = params['diskType'];
  const made: Disk = {
    kind: 'compute#disk',
    id: store.nextId(),
    name,
    creationTimestamp: new Date(now).toISOString(),
    selfLink: linkOf(path),
    zone: linkOf(scope.path),
    sizeGb: diskSize(sizeOf(disk), source, DEFAULT_SIZE_GB, 'disks.diskSizeGb'),
    type: linkOf(`${scope.path}/diskTypes/${typeof type === 'string' ? lastPart(type) : 'pd-standard'}`),
    ...(isBoot ? { boot: true } : {}),
    ...(source === undefined ? {} : { ...source.fields, contents: source.contents }),
    ...(disk.initializeParams?.sourceImage === undefined ? {} : { sourceImage: disk.initializeParams.sourceImage }),
  };
  store.put('disks', path, made);
  return made.selfLink;
}
