import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Archive } from '@gennaker/contracts/archive';
import { type Contents, readDocuments } from '@gennaker/documents/read-documents';
import { reasonOf, Sentence } from '../up/sentence.ts';
import { archiveIn } from './archive.ts';
import { readGate } from './read-gate.ts';

/** Files larger than this are no pipelines. */
const MAX_BYTES = 20_000_000;

/**
 * What files, folders (with all that is in them) and live systems of Spinnaker hold. `token`: sent as a bearer token to
 * a live one.
 * @throws Sentence for a source that is not there or does not answer
 */
export async function readSources(sources: readonly string[], token: string | undefined): Promise<Contents[]> {
  const all = await Promise.all(sources.map((source) => (isGate(source) ? readGate(source, token) : readPath(source))));
  return all.flat();
}

/** Is a source the address of a live system, and no file? */
export function isGate(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** The archive that a file is; undefined for anything else. @throws Sentence for a damaged one */
export async function readArchive(source: string): Promise<Archive | undefined> {
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), source);
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!/^\s*\{\s*"archive"/.test(text)) return undefined;
  try {
    return archiveIn(JSON.parse(text));
  } catch (error) {
    if (error instanceof Sentence) throw error;
    throw new Sentence(`${source} is not JSON: ${reasonOf(error)}`);
  }
}

async function readPath(source: string): Promise<Contents[]> {
  const base = resolve(process.env['INIT_CWD'] ?? process.cwd(), source);
  const found = await stat(base).catch((error: unknown) => {
    throw new Sentence(`${source} cannot be read: ${reasonOf(error)}`);
  });
  if (!found.isDirectory()) return [await readOne(base, source)];
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !/(^|\/)(\.git|node_modules)(\/|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  if (files.length === 0) throw new Sentence(`${source} holds no files.`);
  return Promise.all(files.map((file) => readOne(file, relative(base, file))));
}

async function readOne(file: string, source: string): Promise<Contents> {
  const refuse = (reason: string): Contents => ({ found: [], refused: [{ source, path: '$', reason }] });
  const { size } = await stat(file);
  if (size > MAX_BYTES) return refuse(`It has ${size} bytes; a file may have ${MAX_BYTES}`);
  try {
    return readDocuments(source, new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)));
  } catch {
    return refuse('It is no UTF-8 text');
  }
}
