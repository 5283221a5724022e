import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The same sources give the same bytes, and so the same bake. */
const BUILD_EPOCH = '1767225600';

/** One build of the hello application. */
export interface HelloBuild {
  /** Number of the build. */
  readonly number: number;
  /** Version of the application, such as `1.0.0`. */
  readonly version: string;
  /** Commit, seven hexadecimal digits. */
  readonly commit: string;
}

/** Version of the package, from which the build can be told: `1.0.0-h1.abc1234`. */
export function packageVersion(build: HelloBuild): string {
  return `${build.version}-h${build.number}.${build.commit}`;
}

/** File name by Debian's and AppVersion's conventions: `hello_1.0.0-h1.abc1234_all.deb`. */
export function packageFileName(build: HelloBuild): string {
  return `hello_${packageVersion(build)}_all.deb`;
}

/**
 * Builds the Debian package with dpkg-deb.
 * @param sources folder with the application and its package description
 * @param target folder that gets the file
 * @returns the file's path
 */
export async function buildPackage(build: HelloBuild, sources: string, target: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'hello-package-'));
  try {
    const root = join(work, 'root');
    const program = join(root, 'usr/lib/hello');
    for (const folder of [program, join(root, 'etc/gennaker'), join(root, 'DEBIAN'), target])
      await mkdir(folder, { recursive: true });
    await copyFile(join(sources, 'server.js'), join(program, 'server.js'));
    await copyFile(join(sources, 'entry.json'), join(root, 'etc/gennaker/entry.json'));
    const manifest = z
      .looseObject({ version: z.string() })
      .parse(JSON.parse(await readFile(join(sources, 'package.json'), 'utf8')));
    await writeFile(
      join(program, 'package.json'),
      `${JSON.stringify({ ...manifest, version: build.version }, null, 2)}\n`,
    );
    for (const name of ['control', 'postinst'])
      await writeFile(
        join(root, 'DEBIAN', name),
        (await readFile(join(sources, 'debian', name), 'utf8')).replaceAll('@VERSION@', packageVersion(build)),
      );
    await chmod(join(root, 'DEBIAN/postinst'), 0o755);
    const file = join(target, packageFileName(build));
    await run('dpkg-deb', ['--root-owner-group', '--build', root, file]);
    return file;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, SOURCE_DATE_EPOCH: BUILD_EPOCH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with exit code ${code}: ${errors.trim()}`)),
    );
  });
}
