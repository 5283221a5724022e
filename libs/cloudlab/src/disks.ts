import { z } from 'zod';
import { collection, insertResource, parse, removeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { fillDisk } from './disk-contents.ts';
import { diskSize, diskSource } from './disk-source.ts';
import { usersOf } from './disk-users.ts';
import { DEFAULT_SIZE_GB } from './instance-disks.ts';
import { lastPart, linkOf } from './path.ts';
import { inUse, notReady } from './problem.ts';
import { labels, named, whole } from './resource.ts';
import { createSnapshot } from './snapshots.ts';
import type { OperationWork } from './store.ts';

const kind = { name: 'disks', kind: 'compute#disk' } as const;

const diskBody = named.extend({
  sizeGb: whole.min(1, 'must be at least 1').max(65_536, 'must be at most 65536').optional(),
  type: z.string().default('pd-standard'),
  labels: labels.optional(),
  sourceImage: z.string().optional(),
  sourceSnapshot: z.string().optional(),
  sourceDisk: z
    .undefined('this cloud makes no disk of another one; take a snapshot of that one and give sourceSnapshot')
    .optional(),
});

/** Disks: made empty, of an image or of a snapshot, alone or with their instances. */
export const disks = collection<'disks'>({
  ...kind,
  scopes: ['zone'],
  view(lab, path, { contents, boot: _, ...item }) {
    const users = usersOf(lab.store, path).map((user) => linkOf(user.path));
    return { ...item, status: contents === undefined ? 'READY' : 'CREATING', ...(users.length === 0 ? {} : { users }) };
  },
  insert(lab, call) {
    const {
      sizeGb: size,
      type,
      sourceImage,
      sourceSnapshot,
      boot: _,
      contents: __,
      ...rest
    } = parse(diskBody, call.body);
    const source = diskSource(lab.store, { sourceImage, sourceSnapshot }, call.scope.project, 'resource');
    const sizeGb = diskSize(size, source, DEFAULT_SIZE_GB, 'resource.sizeGb');
    const link = linkOf(`${call.scope.path}/diskTypes/${lastPart(type)}`);
    const fields = { ...rest, sizeGb, type: link };
    if (source === undefined) return insertResource(lab, call, kind, fields);
    const made = { ...fields, ...source.fields, contents: source.contents };
    return insertResource(lab, call, kind, made, { action: 'fill-disk' });
  },
  remove(lab, call) {
    const { path, item } = call;
    const user = usersOf(lab.store, path)[0]?.path ?? snapshotUnderWay(lab, item.id);
    if (user !== undefined) throw inUse(path, user);
    if (item.contents !== undefined) throw notReady(path, 'it is CREATING; wait until it is READY.');
    void lab.runtime.discardDisk(item.id);
    return removeResource(lab, call);
  },
  posts: { createSnapshot },
});

/** Work of disks.insert. */
export async function makeDisk({ store, runtime }: Lab, { target }: OperationWork): Promise<void> {
  try {
    await fillDisk(store, runtime, target);
  } catch (cause) {
    // A failed insert leaves no disk behind: the name is free for the next attempt.
    store.remove(target);
    throw cause;
  }
}

function snapshotUnderWay({ store }: Lab, disk: string): string | undefined {
  return store
    .list('snapshots', 'projects/')
    .find(([, { status, sourceDiskId }]) => status === 'CREATING' && sourceDiskId === disk)?.[0];
}
