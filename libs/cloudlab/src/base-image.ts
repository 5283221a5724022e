import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PublicImage } from './cloud.ts';
import { atPriority, run, start } from './command.ts';
import type { ImageStore } from './image-store.ts';
import type { ImageManifest } from './runtime.ts';

/** A base image that is seeded into every project. */
export interface BaseImage {
  readonly name: string;
  readonly family: string;
  readonly suite: string;
  readonly packages: readonly string[];
}

/** Debian 12 with Node.js, and the Python that Ansible needs to work in it. */
export const DEBIAN_12_NODEJS: BaseImage = {
  name: 'debian-12-nodejs-v1',
  family: 'debian-12-nodejs',
  suite: 'bookworm',
  packages: ['nodejs', 'python3-minimal', 'ca-certificates'],
};

const storedImport = z.object({ digest: z.string(), bytes: z.number() });

/**
 * Makes a base image once with mmdebstrap and keeps it at `folder/<name>/{rootfs,image.json}`; one that is there is left
 * alone. The machine's own Debian sources and proxy settings are used.
 * @param progress told what happens, one line each
 * @throws Error with the tool's last words and what to do
 */
export async function makeBaseImage(
  folder: string,
  image: BaseImage,
  progress: (line: string) => void,
): Promise<string> {
  const target = join(folder, image.name);
  if (await exists(join(target, 'image.json'))) {
    progress(`Base image ${image.name} is there.`);
    return target;
  }
  const started = Date.now();
  const fresh = join(folder, `.${image.name}.${process.pid}`);
  await mkdir(fresh, { recursive: true });
  progress(`Making base image ${image.name} (${image.suite} with ${image.packages.join(', ')})...`);
  try {
    await bootstrap(image, fresh, progress);
    const manifest: ImageManifest = {
      entry: ['/bin/sh', '-c', 'echo "A base image: bake something on it."; exec sleep infinity'],
      env: {},
      packages: await packagesOf(join(fresh, 'rootfs'), image.packages),
      description: `Debian ${image.suite} with ${image.packages.join(', ')}`,
    };
    await writeFile(join(fresh, 'image.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await run(['rm', '-rf', target]);
    await rename(fresh, target);
  } catch (cause) {
    await run(['rm', '-rf', fresh]);
    throw cause;
  }
  progress(`Base image ${image.name} made in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  return target;
}

/** Takes a made base image into the image store (hard links where the file system allows them) as something every project has. */
export async function seedBaseImage(store: ImageStore, folder: string, image: BaseImage): Promise<PublicImage> {
  const source = join(folder, image.name);
  const mark = join(source, 'digest.json');
  const text = await readFile(mark, 'utf8').catch(() => undefined);
  const known = text === undefined ? undefined : storedImport.parse(JSON.parse(text));
  const base = {
    name: image.name,
    family: image.family,
    description: `Debian ${image.suite} with ${image.packages.join(', ')}`,
  };
  if (known !== undefined && (await store.has(known.digest))) return { ...base, ...known };
  const staged = join(store.staging, `seed-${image.name}`);
  await run(['rm', '-rf', staged]);
  await mkdir(staged, { recursive: true });
  const copy = (option: string): Promise<string> =>
    run(['cp', option, join(source, 'rootfs'), join(source, 'image.json'), staged]);
  await copy('-al').catch(async () => {
    await run(['rm', '-rf', staged]);
    await mkdir(staged, { recursive: true });
    await copy('-a');
  });
  const { digest, bytes } = await store.take(new URL(`file://${staged}`).href);
  await writeFile(mark, JSON.stringify({ digest, bytes }));
  return { ...base, digest, bytes };
}

async function bootstrap(image: BaseImage, folder: string, progress: (line: string) => void): Promise<void> {
  const rootfs = join(folder, 'rootfs');
  const asRoot = process.getuid?.() === 0;
  const archive = join(folder, 'rootfs.tar');
  const mode = asRoot ? ['--mode=root', '--format=directory'] : ['--mode=unshare', '--format=tar'];
  const where = asRoot ? rootfs : archive;
  await mmdebstrap(
    [...mode, '--variant=minbase', `--include=${image.packages.join(',')}`, image.suite, where],
    progress,
  );
  if (asRoot) return;
  // A user cannot own other users' files: everything belongs to the one who runs the instances.
  await mkdir(rootfs);
  await run(['tar', '-x', '-f', archive, '-C', rootfs, '--no-same-owner', '--exclude=./dev/*']);
  await rm(archive);
}

function mmdebstrap(args: readonly string[], progress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = start([...atPriority(0), 'mmdebstrap', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) {
        if (line.trim() === '') continue;
        said.push(line.trim());
        const step = /^I: (.*)$/.exec(line.trim())?.[1];
        if (step !== undefined) progress(`  ${step}`);
      }
    });
    child.on('error', (cause) =>
      reject(
        new Error(`mmdebstrap could not be started (${cause.message}). Install the Debian package mmdebstrap.`, {
          cause,
        }),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) resolve();
      else {
        reject(
          new Error(
            `The base image could not be made: mmdebstrap ended with exit code ${code ?? -1}: ${said.slice(-3).join(' / ')}. ` +
              'It needs a Debian mirror (check the network and proxy settings) and, without root, the package uidmap with entries in /etc/subuid.',
          ),
        );
      }
    });
  });
}

async function packagesOf(rootfs: string, names: readonly string[]): Promise<{ name: string; version: string }[]> {
  const status = await readFile(join(rootfs, 'var/lib/dpkg/status'), 'utf8');
  return names.map((name) => {
    const entry = status.split('\n\n').find((each) => each.startsWith(`Package: ${name}\n`));
    return { name, version: /^Version: (.*)$/m.exec(entry ?? '')?.[1] ?? '' };
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
