import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { baseEnvironment, sourcesDigest } from './environment.ts';
import { runHelper } from './helper.ts';
import type { Layout } from './layout.ts';
import { Sentence } from './sentence.ts';
import { findProgram, pathWith } from './tools.ts';

/** What has to be done before deck's files are those of its sources; undefined when they are. */
export async function deckBuild(
  layout: Layout,
): Promise<((detail: (text: string) => void) => Promise<void>) | undefined> {
  const folder = join(layout.root, 'apps/deck');
  const out = join(folder, 'dist');
  const stamp = join(out, '.sources');
  const digest = sourcesDigest([folder, join(layout.root, 'libs'), join(layout.root, 'package-lock.json')]);
  const built = await readFile(stamp, 'utf8').catch(() => '');
  if (built === digest && existsSync(join(out, 'index.html'))) return undefined;
  return async (detail) => {
    const fresh = join(folder, `dist.new-${process.pid}`);
    const vite = join(layout.root, 'node_modules/vite/bin/vite.js');
    try {
      await runHelper(process.execPath, [vite, 'build', '--outDir', fresh, '--emptyOutDir'], {
        cwd: folder,
        env: baseEnvironment(layout),
        onLine: detail,
      });
      await writeFile(join(fresh, '.sources'), digest);
      await rm(out, { recursive: true, force: true });
      await rename(fresh, out);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  };
}

/**
 * Throws one sentence with the command to run when a base image still has to be made and this user cannot: without root
 * that needs newuidmap, which works only when root installed it, and a range of user ids that root granted.
 */
export async function checkBaseImages(layout: Layout): Promise<void> {
  const made = (await readdir(baseImageFolder(layout)).catch(() => [])).length > 0;
  if (made || process.getuid?.() === 0) return;
  const { username, uid } = userInfo();
  const ranges = await readFile('/etc/subuid', 'utf8').catch(() => '');
  const granted = ranges.split('\n').some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  if (granted && findProgram('newuidmap', pathWith(layout.home, process.env['PATH']))) return;
  const grant = `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}`;
  throw new Sentence(
    "Making the local cloud's base image without root needs newuidmap and a range of user ids for you. Run " +
      `"sudo sh -c 'apt-get install -y uidmap && ${grant}'" once and start again, or start as root.`,
  );
}

function baseImageFolder(layout: Layout): string {
  return join(layout.home, 'base-images');
}

/** Makes the base images of the local cloud unless they are there. */
export async function baseImages(layout: Layout, detail: (text: string) => void): Promise<void> {
  const folder = baseImageFolder(layout);
  await mkdir(folder, { recursive: true });
  await runHelper(process.execPath, [join(layout.root, 'apps/cloudlab/src/base-image.ts'), folder], {
    env: baseEnvironment(layout),
    onLine: detail,
  });
}
