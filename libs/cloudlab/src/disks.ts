import { collection, removeResource } from './collection.ts';
import { userOf } from './instance-disks.ts';
import { linkOf } from './path.ts';
import { inUse } from './problem.ts';

/** Disks: made with their instances; what was kept can be read and deleted. */
export const disks = collection<'disks'>({
  name: 'disks',
  kind: 'compute#disk',
  scopes: ['zone'],
  view(lab, path, item) {
    const user = userOf(lab.store, path);
    return { ...item, ...(user === undefined ? {} : { users: [linkOf(user)] }) };
  },
  remove(lab, call) {
    const user = userOf(lab.store, call.path);
    if (user !== undefined) throw inUse(call.path, user);
    void lab.runtime.discardDisk(call.item.id);
    return removeResource(lab, call);
  },
});
