import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';

/** Facts of a build, kept beside its archived files. */
export const buildRecordSchema = z.object({
  job: z.string(),
  number: z.number().int(),
  result: z.string(),
  timestamp: z.number(),
  branch: z.string(),
  commit: z.string(),
});
export type BuildRecord = z.infer<typeof buildRecordSchema>;

/** A file that a build archived. */
export interface ArchivedFile {
  readonly fileName: string;
  readonly displayPath: string;
  readonly relativePath: string;
}

/** A folder with builds as a CI server keeps them: `<job>/<number>/build.json` and `<job>/<number>/archive/`. */
export class BuildFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Folder of a build's archived files. */
  archive(job: string, number: number): string {
    return join(this.#root, job, String(number), 'archive');
  }

  /** Folder that a build works in. */
  workspace(job: string, number: number): string {
    return join(this.#root, job, String(number), 'workspace');
  }

  /** Adds or replaces a build; its archive folder is there afterwards. */
  async record(build: BuildRecord): Promise<void> {
    await mkdir(this.archive(build.job, build.number), { recursive: true });
    await writeFile(
      join(this.#root, build.job, String(build.number), 'build.json'),
      `${JSON.stringify(build, null, 2)}\n`,
    );
  }

  /** A build's facts; null when there is no such build. */
  async find(job: string, number: number): Promise<BuildRecord | null> {
    const text = await readFile(join(this.#root, job, String(number), 'build.json'), 'utf8').catch(() => undefined);
    return text === undefined ? null : buildRecordSchema.parse(JSON.parse(text));
  }

  async jobs(): Promise<string[]> {
    return (await readdir(this.#root).catch(() => [])).toSorted((a, b) => a.localeCompare(b));
  }

  /** Numbers of a job's builds, newest first. */
  async builds(job: string): Promise<number[]> {
    const names = await readdir(join(this.#root, job)).catch(() => []);
    return names
      .map(Number)
      .filter(Number.isInteger)
      .toSorted((a, b) => b - a);
  }

  /** What a build archived and what is still there. */
  async files(job: string, number: number): Promise<ArchivedFile[]> {
    const archive = this.archive(job, number);
    const entries = await readdir(archive, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const relativePath = relative(archive, join(entry.parentPath, entry.name)).split(sep).join('/');
        return { fileName: entry.name, displayPath: relativePath, relativePath };
      });
  }

  /** Path of an archived file; null when it is not there or lies outside the archive. */
  async file(job: string, number: number, path: string): Promise<string | null> {
    const archive = this.archive(job, number);
    const file = join(archive, path);
    if (!file.startsWith(archive + sep)) return null;
    const found = await stat(file).catch(() => undefined);
    return found?.isFile() ? file : null;
  }

  /** Deletes a build's workspace and what it archived; the build itself stays on record. */
  async dropFiles(job: string, number: number): Promise<void> {
    for (const path of [this.workspace(job, number), this.archive(job, number)])
      await rm(path, { recursive: true, force: true });
  }
}
