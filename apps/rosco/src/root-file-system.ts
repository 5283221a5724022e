import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServiceError } from '@gennaker/contracts/error';
import type { Account } from '@gennaker/service/config';
import { z } from 'zod';

const checkoutSchema = z.looseObject({ id: z.string(), path: z.string() });

/** A private, writable copy of an image's root file system. */
export interface Checkout {
  readonly id: string;
  /** Folder that holds the root and image.json. */
  readonly path: string;
  /** The root file system itself. */
  readonly root: string;
  /** Address of its content, for `images.insert`. */
  readonly source: string;
}

const CALL_TIMEOUT_MS = 120_000;

/** Takes a private copy of an image from a cloud whose images are file systems. @throws ServiceError when it gives none */
export async function checkOut(account: Account, image: string, signal: AbortSignal): Promise<Checkout> {
  const url = checkoutsUrl(account);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
  }).catch((error: unknown) => {
    throw new ServiceError(502, `No answer from ${url}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const text = await response.text();
  if (!response.ok)
    throw new ServiceError(502, `A copy of ${image} could not be had: ${response.status} ${text.slice(0, 500)}`, {
      fix: 'use a template that runs a machine, such as gce.json, where the cloud gives no file systems',
    });
  const { id, path } = checkoutSchema.parse(JSON.parse(text));
  return { id, path, root: join(path, 'rootfs'), source: pathToFileURL(path).href };
}

/** Gives a copy back; one that is gone already is no error. */
export async function discard(account: Account, checkout: string): Promise<void> {
  await fetch(`${checkoutsUrl(account)}/${encodeURIComponent(checkout)}`, {
    method: 'DELETE',
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  }).catch(() => undefined);
}

function checkoutsUrl(account: Account): string {
  if (!account.endpoint)
    throw new ServiceError(400, `Account ${account.name} is Google's own cloud, which gives no file systems`, {
      field: 'template_file_name',
      fix: 'use the template gce.json',
    });
  return `${account.endpoint.replace(/\/$/, '')}/lab/v1/checkouts`;
}

/** `/etc/gennaker/entry.json`: what an image runs when an instance starts. Its package ships it. */
const entrySchema = z.object({
  command: z.array(z.string()).min(1).describe('program and arguments'),
  env: z.record(z.string(), z.string()).default({}),
  cwd: z.string().startsWith('/').optional(),
  user: z.string().optional().describe('user of the image that the program runs as'),
});
export const ENTRY_FILE = 'etc/gennaker/entry.json';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/** Reads dpkg-query's list: `name<TAB>version<TAB>architecture` a line. */
export function parsePackageList(text: string): InstalledPackage[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', version = '', arch = ''] = line.split('\t');
      return { name, version, arch };
    });
}

/**
 * Writes image.json beside the root: what to start, with which environment, what is installed.
 * @returns a sentence when the image says nothing about what to start
 * @throws ServiceError when the entry file is there and wrong
 */
export async function writeImageFacts(
  checkout: Checkout,
  facts: { readonly description: string; readonly packages: readonly InstalledPackage[] },
): Promise<string | undefined> {
  const text = await readFile(join(checkout.root, ENTRY_FILE), 'utf8').catch(() => undefined);
  const entry = text === undefined ? undefined : parseEntry(text);
  const { command = [], ...more } = entry ?? {};
  const manifest = { entry: command, env: {}, ...more, ...facts };
  await writeFile(join(checkout.path, 'image.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return entry
    ? undefined
    : `No package brought /${ENTRY_FILE}: instances of this image will start nothing until one does`;
}

function parseEntry(text: string): z.infer<typeof entrySchema> {
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ServiceError(
      400,
      `/${ENTRY_FILE} of the image is not valid: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`,
      { fix: 'let the package ship {"command": ["/usr/bin/program", "argument"], "env": {}}' },
    );
  }
}
