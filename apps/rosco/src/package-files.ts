import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { Artifact } from '@gennaker/contracts/artifacts';
import type { BakeRequest } from '@gennaker/contracts/rosco';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { PackageFile } from './bake-plan.ts';

const FETCH_TIMEOUT_MS = 120_000;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9.+:~_-]*\.deb$/;

/** Where a package file is: at an address, or behind the account of an artifact. */
export type PackageSource = BakeRequest['package_urls'][number];

/** The content of an artifact. */
export type FetchArtifact = (artifact: Artifact) => Promise<ReadableStream<Uint8Array>>;

/** A file that a build archived, by its address; undefined: the address is of no configured build server. */
export type FetchBuildFile = (url: string) => Promise<ReadableStream<Uint8Array> | undefined>;

/** Package files that bakes need, kept by content in the data folder: a bake can run again when its source is gone. */
export interface PackageFiles {
  /** Fetches a file and keeps it. @throws ServiceError when it cannot be had */
  fetch(source: PackageSource): Promise<PackageFile>;
  /** Path of a kept file; fetches it again when it is not here, and refuses another content. */
  path(file: PackageFile): Promise<string>;
  /** Deletes what was kept under these digests. */
  drop(digests: readonly string[]): Promise<void>;
}

/** @param folder where the files are kept, one folder per content digest */
export function createPackageFiles(
  folder: string,
  http: Ports['http'],
  { fetchArtifact, fetchBuildFile }: { readonly fetchArtifact: FetchArtifact; readonly fetchBuildFile: FetchBuildFile },
): PackageFiles {
  const get = async ({ url, artifact }: Pick<PackageSource, 'url' | 'artifact'>): Promise<Uint8Array> => {
    if (artifact) return new Response(await fetchArtifact(artifact)).bytes();
    const built = await fetchBuildFile(url);
    if (built) return new Response(built).bytes();
    const response = await http({ url, method: 'GET', timeoutMs: FETCH_TIMEOUT_MS });
    if (response.status !== 200)
      throw new ServiceError(
        response.status >= 500 ? 502 : 400,
        `The package file could not be fetched: GET ${url} answered ${response.status}`,
        { field: 'package_urls', fix: 'archive the file in the build and run the build again' },
      );
    return response.bytes;
  };
  const keep = async (file: PackageFile, bytes: Uint8Array): Promise<void> => {
    const target = join(folder, file.sha256, file.fileName);
    await mkdir(join(folder, file.sha256), { recursive: true });
    const partial = `${target}.${process.pid}.${Date.now()}`;
    await writeFile(partial, bytes);
    await rename(partial, target);
  };
  return {
    async fetch(source) {
      const { fileName } = source;
      if (!FILE_NAME.test(fileName))
        throw badRequest(`"${fileName}" is no package file name`, {
          field: 'package_urls.fileName',
          fix: 'use name_version_arch.deb',
        });
      const bytes = await get(source);
      const file = { ...source, sha256: createHash('sha256').update(bytes).digest('hex') };
      await keep(file, bytes);
      return file;
    },
    async path(file) {
      const kept = join(folder, file.sha256, file.fileName);
      const here = await readFile(kept).catch(() => undefined);
      if (here && createHash('sha256').update(here).digest('hex') === file.sha256) return kept;
      const bytes = await get(file);
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== file.sha256)
        throw new ServiceError(
          409,
          `${file.url} is not what it was when the bake began (SHA-256 ${found} instead of ${file.sha256})`,
          { fix: 'start the pipeline again' },
        );
      await keep(file, bytes);
      return kept;
    },
    async drop(digests) {
      for (const digest of digests) await rm(join(folder, digest), { recursive: true, force: true });
    },
  };
}
