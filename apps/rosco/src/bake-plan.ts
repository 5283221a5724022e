import { createHash } from 'node:crypto';
import { artifactSchema } from '@gennaker/contracts/artifacts';
import { z } from 'zod';

/** A package file that was fetched: where it came from and what it is. */
export const packageFileSchema = z.object({
  fileName: z.string(),
  url: z.string(),
  sha256: z.string(),
  artifact: artifactSchema.optional(),
});
export type PackageFile = z.infer<typeof packageFileSchema>;

/** Everything that decides what a bake makes; all of it is in the key. */
export const bakeInputsSchema = z.object({
  provider: z.string(),
  account: z.string(),
  project: z.string(),
  baseImage: z.object({ name: z.string(), id: z.string(), selfLink: z.string() }),
  template: z.object({ file: z.string(), digest: z.string() }),
  /** Fetched package files, in the order of installation. */
  files: z.array(packageFileSchema),
  /** Packages that the image's own repositories provide. */
  repositoryPackages: z.array(z.string()),
  /** Packer's variables as far as the request decides them. */
  variables: z.record(z.string(), z.string()),
});
export type BakeInputs = z.infer<typeof bakeInputsSchema>;

/** What a bake's row keeps: enough for another process to make the same image. */
export const bakePlanSchema = bakeInputsSchema.extend({
  baseOs: z.string(),
  key: z.string(),
  imageName: z.string(),
  description: z.string(),
  appversion: z.string().optional(),
});
export type BakePlan = z.infer<typeof bakePlanSchema>;

/** Google Compute's longest resource name. */
const MAX_NAME = 63;
const KEY_CHARS = 12;

/**
 * The key of a bake: a SHA-256 (hex) over its inputs. Where a file came from does not count, only what it is.
 */
export function bakeKey(inputs: BakeInputs): string {
  const files = inputs.files.map(({ fileName, sha256 }) => ({ fileName, sha256 }));
  return createHash('sha256')
    .update(canonical({ ...inputs, files }))
    .digest('hex');
}

/**
 * The image's name: a readable part, the start of the key, and the number of the rebake. A Google Compute name: at most
 * 63 lower-case letters, digits and hyphens.
 */
export function imageName(readable: string, baseOs: string, key: string, generation: number): string {
  const tail = `-${key.slice(0, KEY_CHARS)}${generation > 0 ? `-r${generation}` : ''}`;
  const clean = `${readable}-${baseOs}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/-+/g, '-')
    .replace(/^[^a-z]+/, '');
  const head = (clean || 'image').slice(0, MAX_NAME - tail.length).replace(/-+$/, '');
  return head + tail;
}

/** Description of an image, from which its build is read again: `appversion: X, build_host: Y, build_info_url: Z`. */
export function imageDescription(facts: {
  appversion?: string | undefined;
  build_host?: string | undefined;
  build_info_url?: string | undefined;
}): string {
  const known = (['appversion', 'build_host', 'build_info_url'] as const).filter((name) => facts[name]);
  return known.map((name) => `${name}: ${facts[name]}`).join(', ');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}
