import { mkdirSync } from 'node:fs';
import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';

/** Contents of data disks and of their snapshots: `disks/<id>` and `snapshots/<id>` in cloudlab's data folder. */
export class DiskStore {
  readonly #folder: string;
  /** Copies under way: neither what they make nor what they read is removed before they end. */
  readonly #copies = new Set<{ readonly from: string; readonly target: string; readonly done: Promise<void> }>();

  /** @param folder cloudlab's data folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Folder of a disk; one that nothing was put on is empty. */
  async folderOf(id: string): Promise<string> {
    const folder = this.#pathOf('disks', id);
    await mkdir(folder, { recursive: true });
    // The program may run as any user of its image.
    await chmod(folder, 0o777);
    return folder;
  }

  /** Puts a copy of what is in a folder on a disk that does not exist yet; one that does is left as it is. */
  fill(id: string, from: string): Promise<void> {
    return this.#copy(from, this.#pathOf('disks', id));
  }

  /** Folder of a snapshot. */
  snapshotOf(id: string): string {
    return this.#pathOf('snapshots', id);
  }

  /** Copies a disk into a snapshot. @returns bytes of it */
  async takeSnapshot(id: string, disk: string): Promise<number> {
    const target = this.snapshotOf(id);
    const from = this.#pathOf('disks', disk);
    // One that no instance had yet has no folder.
    mkdirSync(from, { recursive: true });
    await this.#copy(from, target);
    return Number((await run(['du', '-sb', target])).split('\t')[0]);
  }

  /** Removes a disk's content. Unknown ids are fine. */
  discard(id: string): Promise<void> {
    return this.#remove(this.#pathOf('disks', id));
  }

  /** Removes a snapshot's content. Unknown ids are fine. */
  discardSnapshot(id: string): Promise<void> {
    return this.#remove(this.snapshotOf(id));
  }

  #copy(from: string, target: string): Promise<void> {
    const known = [...this.#copies].find((copy) => copy.target === target);
    if (known !== undefined) return known.done;
    const done = copyWhole(from, target).finally(() => this.#copies.delete(copy));
    const copy = { from, target, done };
    this.#copies.add(copy);
    return done;
  }

  async #remove(target: string): Promise<void> {
    const copies = [...this.#copies].filter((copy) => copy.from === target || copy.target === target);
    await Promise.allSettled(copies.map(({ done }) => done));
    await run(['rm', '-rf', '--one-file-system', target, partOf(target)]);
  }

  #pathOf(kind: 'disks' | 'snapshots', id: string): string {
    if (!/^\d+$/.test(id)) throw new Error(`'${id}' is not the id of one of the ${kind}.`);
    return join(this.#folder, kind, id);
  }
}

/** Copies beside the target and renames: after a crash there is all of it or none. */
async function copyWhole(from: string, target: string): Promise<void> {
  if (await stat(target).catch(() => undefined)) return;
  const part = partOf(target);
  await run(['rm', '-rf', '--one-file-system', part]);
  await mkdir(part, { recursive: true });
  await run(['cp', '-a', '--reflink=auto', '--one-file-system', `${from}/.`, part]);
  await rename(part, target);
}

function partOf(target: string): string {
  return `${target}.part`;
}
