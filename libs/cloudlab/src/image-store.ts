import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { OperationFailure } from './problem.ts';
import { imageManifest } from './runtime.ts';
import type { Checkout, ImageManifest } from './runtime.ts';

/** What was taken in. */
export interface ImportedImage {
  readonly digest: string;
  readonly bytes: number;
  readonly manifest: ImageManifest;
}

const HASH = `
{ tar --sort=name --mtime=@0 --numeric-owner --format=gnu --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -C "$1" -cf - . && echo whole >"$2"; } | sha256sum
`;

/** Root file systems by their content: `images/<hex>/{rootfs,image.json}`, and the staging folder where new ones are made. */
export class ImageStore {
  readonly images: string;
  readonly staging: string;
  readonly #importing = new Set<string>();

  /** @param folder cloudlab's data folder */
  constructor(folder: string) {
    this.images = join(folder, 'images');
    this.staging = join(folder, 'staging');
  }

  /** Makes the folders. */
  async prepare(): Promise<void> {
    await mkdir(this.images, { recursive: true });
    await mkdir(this.staging, { recursive: true });
  }

  /** Folder of an image's root file system. */
  rootOf(digest: string): string {
    return join(this.images, hexOf(digest), 'rootfs');
  }

  /**
   * Moves a staging folder into the store under the digest of its content.
   * @throws OperationFailure when it is no image or lies elsewhere
   */
  async take(source: string): Promise<ImportedImage> {
    const folder = await this.#stagedFolder(source);
    const manifest = await this.#readManifest(folder, source);
    const content = await this.#hash(join(folder, 'rootfs'));
    const hex = createHash('sha256').update(content).update('\n').update(JSON.stringify(manifest)).digest('hex');
    const bytes = Number((await run(['du', '-sb', join(folder, 'rootfs')])).split('\t')[0]);
    this.#importing.add(hex);
    try {
      const target = join(this.images, hex);
      if (await exists(target)) await rm(folder, { recursive: true, force: true });
      else await rename(folder, target);
    } finally {
      // Whoever asked records the digest in this turn; until then a prune must not take the content away.
      setImmediate(() => this.#importing.delete(hex));
    }
    return { digest: `sha256:${hex}`, bytes, manifest };
  }

  /** Whether an image of that digest is here. */
  has(digest: string): Promise<boolean> {
    return exists(this.rootOf(digest));
  }

  async manifest(digest: string): Promise<ImageManifest | undefined> {
    const text = await readFile(join(this.images, hexOf(digest), 'image.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : imageManifest.parse(JSON.parse(text));
  }

  /** Removes every image that is not needed; asked anew before each removal. */
  async keep(needed: () => ReadonlySet<string>): Promise<void> {
    for (const entry of await readdir(this.images)) {
      if (needed().has(`sha256:${entry}`) || this.#importing.has(entry)) continue;
      await run(['rm', '-rf', join(this.images, entry)]);
    }
  }

  /** A writable copy of an image in staging. */
  async checkOut(digest: string): Promise<Checkout> {
    if (!(await this.has(digest))) {
      throw new OperationFailure(
        'RESOURCE_NOT_FOUND',
        `The content of the image (${digest}) is not in the image store any more.`,
      );
    }
    const id = `checkout-${randomBytes(6).toString('hex')}`;
    const path = join(this.staging, id);
    try {
      await run(['cp', '-a', '--reflink=auto', join(this.images, hexOf(digest)), path]);
    } catch (cause) {
      await run(['rm', '-rf', path]);
      throw cause;
    }
    return { id, path };
  }

  /** Removes a checkout; one that became an image or is gone already is fine. */
  async discardCheckout(id: string): Promise<void> {
    if (!/^checkout-[0-9a-f]{12}$/.test(id))
      throw new OperationFailure('INVALID_FIELD_VALUE', `'${id}' is not the id of a checkout.`);
    await run(['rm', '-rf', '--one-file-system', join(this.staging, id)]);
  }

  async #stagedFolder(source: string): Promise<string> {
    const refuse = (why: string): OperationFailure =>
      new OperationFailure(
        'INVALID_FIELD_VALUE',
        `rawDisk.source '${source}' ${why}. Put rootfs/ and image.json into a folder of ${this.staging} and give that folder's file URL.`,
      );
    let path: string;
    try {
      path = await realpath(fileURLToPath(source));
    } catch (cause) {
      throw refuse(`cannot be found (${cause instanceof Error ? cause.message : String(cause)})`);
    }
    const staging = await realpath(this.staging);
    if (!path.startsWith(staging + sep)) throw refuse('lies outside the staging folder');
    return path;
  }

  async #readManifest(folder: string, source: string): Promise<ImageManifest> {
    try {
      if (!(await stat(join(folder, 'rootfs'))).isDirectory()) throw new Error('rootfs is not a folder');
      return imageManifest.parse(JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OperationFailure(
        'INVALID_FIELD_VALUE',
        `${source} is not an image: ${why}. It needs rootfs/ and image.json {entry, env, packages, description}.`,
      );
    }
  }

  async #hash(root: string): Promise<string> {
    const mark = join(this.staging, `.hash-${randomBytes(6).toString('hex')}`);
    try {
      const output = await run(['sh', '-c', HASH, 'hash', root, mark]);
      if (!(await exists(mark)))
        throw new OperationFailure('INTERNAL_ERROR', `The root file system in ${root} could not be read to its end.`);
      return output.slice(0, 64);
    } finally {
      await rm(mark, { force: true });
    }
  }
}

function hexOf(digest: string): string {
  const hex = digest.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new OperationFailure('RESOURCE_NOT_FOUND', `'${digest}' is not the digest of an image.`);
  return hex;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
