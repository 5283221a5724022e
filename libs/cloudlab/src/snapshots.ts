import type { z } from 'zod';
import { collection, existing, insertResource, itemAt, parse, removeResource, storeResource } from './collection.ts';
import type { ItemCall, Lab } from './collection.ts';
import { refuseBootDisk } from './disk-source.ts';
import { setLabels } from './labels.ts';
import { globalScope, linkOf, pathOf } from './path.ts';
import { OperationFailure, alreadyExists, inUse, notReady } from './problem.ts';
import { checkQuota } from './quotas.ts';
import { labels, named, reference } from './resource.ts';
import type { Disk } from './resource.ts';
import type { OperationDocument, OperationWork } from './store.ts';

const kind = { name: 'snapshots', kind: 'compute#snapshot' } as const;

const snapshotBody = named.extend({ labels: labels.optional() });
const insertBody = snapshotBody.extend({ sourceDisk: reference });

/** Snapshots: what was on data disks at one moment. They outlive their disks. */
export const snapshots = collection<'snapshots'>({
  ...kind,
  scopes: ['global'],
  aggregated: false,
  insert(lab, call) {
    const { sourceDisk, ...body } = parse(insertBody, call.body);
    const path = existing(lab, call, 'sourceDisk', sourceDisk, ['disks'], 'anywhere');
    const disk = readyDisk(path, itemAt(lab, 'disks', path));
    const target = `${call.scope.path}/snapshots/${body.name}`;
    const work = { action: 'make-snapshot', detail: { snapshot: target } };
    const operation = insertResource(lab, call, kind, fieldsOf(body, path, disk), work);
    setStatus(lab, target, { status: 'CREATING' });
    return operation;
  },
  remove(lab, call) {
    const { id } = call.item;
    if (call.item.status !== 'READY') throw notReady(call.path, 'it is CREATING; wait until it is READY.');
    const disk = lab.store
      .list('disks', 'projects/')
      .find(([, { contents }]) => contents !== undefined && 'snapshot' in contents && contents.snapshot === id);
    if (disk !== undefined) throw inUse(call.path, disk[0]);
    void lab.runtime.discardSnapshot(id);
    return removeResource(lab, call);
  },
  posts: { setLabels: setLabels(kind) },
});

/** `disks.createSnapshot`: the instance that has the disk may go on writing to it. */
export function createSnapshot(lab: Lab, call: ItemCall<'disks'>): OperationDocument {
  const body = parse(snapshotBody, call.body, 'snapshot');
  const scope = globalScope(call.scope.project);
  const snapshot = `${scope.path}/snapshots/${body.name}`;
  readyDisk(call.path, call.item);
  if (lab.store.get('snapshots', snapshot) !== undefined) throw alreadyExists(snapshot);
  checkQuota(lab.store, 'snapshots', scope);
  return lab.operations.start({
    scope: call.scope,
    type: 'createSnapshot',
    targetPath: call.path,
    requestId: call.requestId,
    work: { action: 'make-snapshot', detail: { snapshot } },
    apply() {
      storeResource(lab, snapshot, kind, scope, fieldsOf(body, call.path, call.item));
      setStatus(lab, snapshot, { status: 'CREATING' });
      return call.item.id;
    },
  });
}

/** Work of both ways to make a snapshot. */
export async function makeSnapshot(lab: Lab, { detail }: OperationWork): Promise<void> {
  const path = detail?.['snapshot'] ?? '';
  const snapshot = lab.store.get('snapshots', path);
  if (snapshot === undefined || snapshot.status === 'READY') return;
  const disk = lab.store.get('disks', pathOf(snapshot.sourceDisk, path.split('/')[1] ?? '', 'sourceDisk'));
  if (disk?.id !== snapshot.sourceDiskId) {
    lab.store.remove(path);
    throw new OperationFailure('RESOURCE_NOT_FOUND', `The resource '${snapshot.sourceDisk}' was not found`);
  }
  try {
    const bytes = await lab.runtime.takeSnapshot(snapshot.id, snapshot.sourceDiskId);
    setStatus(lab, path, { status: 'READY', storageBytes: String(bytes), storageBytesStatus: 'UP_TO_DATE' });
  } catch (cause) {
    // A failed one leaves no snapshot behind: the name is free for the next attempt.
    lab.store.remove(path);
    throw new OperationFailure('INTERNAL_ERROR', `The disk could not be copied: ${String(cause)}`);
  }
}

function fieldsOf(body: z.infer<typeof snapshotBody>, path: string, disk: Disk) {
  const { name, description, labels: given } = body;
  const { id, sizeGb } = disk;
  const source = { sourceDisk: linkOf(path), sourceDiskId: id, diskSizeGb: sizeGb };
  return { name, description, labels: given, ...source, snapshotType: 'STANDARD', storageLocations: ['us'] };
}

function readyDisk(path: string, disk: Disk): Disk {
  refuseBootDisk(path, disk);
  if (disk.contents !== undefined) throw notReady(path, 'it is CREATING; wait until it is READY.');
  return disk;
}

function setStatus(lab: Lab, path: string, change: object): void {
  const snapshot = lab.store.get('snapshots', path);
  if (snapshot !== undefined) lab.store.put('snapshots', path, { ...snapshot, ...change });
}
