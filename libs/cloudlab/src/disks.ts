import { z } from 'zod';
import { collection, insertResource, parse, removeResource } from './collection.ts';
import { DEFAULT_SIZE_GB, userOf } from './instance-disks.ts';
import { lastPart, linkOf } from './path.ts';
import { inUse } from './problem.ts';
import { labels, named, whole } from './resource.ts';

const kind = { name: 'disks', kind: 'compute#disk' } as const;

const WITH_INSTANCE = 'a disk made of something is made with its instance here; leave it out for an empty disk';

const diskBody = named.extend({
  sizeGb: whole.min(1, 'must be at least 1').max(65_536, 'must be at most 65536').default(Number(DEFAULT_SIZE_GB)),
  type: z.string().default('pd-standard'),
  labels: labels.optional(),
  sourceImage: z.undefined(WITH_INSTANCE).optional(),
  sourceSnapshot: z.undefined(WITH_INSTANCE).optional(),
  sourceDisk: z.undefined(WITH_INSTANCE).optional(),
});

/** Disks: made empty, or with their instances; what was kept can be read, attached again and deleted. */
export const disks = collection<'disks'>({
  ...kind,
  scopes: ['zone'],
  view(lab, path, item) {
    const user = userOf(lab.store, path);
    return { ...item, status: 'READY', ...(user === undefined ? {} : { users: [linkOf(user)] }) };
  },
  insert(lab, call) {
    const { sizeGb, type, ...rest } = parse(diskBody, call.body);
    const link = linkOf(`${call.scope.path}/diskTypes/${lastPart(type)}`);
    return insertResource(lab, call, kind, { ...rest, sizeGb: String(sizeGb), type: link });
  },
  remove(lab, call) {
    const user = userOf(lab.store, call.path);
    if (user !== undefined) throw inUse(call.path, user);
    void lab.runtime.discardDisk(call.item.id);
    return removeResource(lab, call);
  },
});
