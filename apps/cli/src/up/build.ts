import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, sourcesDigest } from './environment.ts';
import { runHelper } from './helper.ts';
import type { Layout } from './layout.ts';

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

/** Makes the base images of the local cloud unless they are there. */
export async function baseImages(layout: Layout, detail: (text: string) => void): Promise<void> {
  const folder = join(layout.home, 'base-images');
  await mkdir(folder, { recursive: true });
  await runHelper(process.execPath, [join(layout.root, 'apps/cloudlab/src/base-image.ts'), folder], {
    env: baseEnvironment(layout),
    onLine: detail,
  });
}
