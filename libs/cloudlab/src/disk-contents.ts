import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';

/**
 * Puts on a disk what it is made of, once.
 * @throws OperationFailure when that is gone
 */
export async function fillDisk(store: Store, runtime: Runtime, path: string): Promise<void> {
  const disk = store.get('disks', path);
  if (disk?.contents === undefined) return;
  await runtime.fillDisk(disk.id, disk.contents);
  const now = store.get('disks', path);
  if (now?.id !== disk.id) {
    // It was deleted meanwhile.
    await runtime.discardDisk(disk.id);
    return;
  }
  const { contents: _, ...filled } = now;
  store.put('disks', path, filled);
}
