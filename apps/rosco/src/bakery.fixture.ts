import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import type { Client } from '@gennaker/contracts/route';
import { roscoApi } from '@gennaker/contracts/rosco';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SYSTEM_PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PACKAGER = 'dpkg-deb';
const BASE_IMAGES = join(ROOT, '.gennaker/base-images');

/** Real surroundings of a bakery: the local cloud, a build server, and somebody who is woken. */
export interface Surroundings {
  readonly folder: string;
  readonly offset: number;
  readonly cloudlab: string;
  readonly rosco: Client<typeof roscoApi>;
  /** Paths that were called at the place of orca. */
  readonly wakes: readonly string[];
  /** Environment of a rosco process here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a package that the build server serves; answers its file name and address. */
  publish(name: string, version: string, postinst: string): Promise<{ fileName: string; url: string }>;
  /** Starts rosco as a process of its own; resolves when it answers. */
  startRosco(): Promise<ChildProcess>;
  end(): Promise<void>;
}

/** Sets everything up but rosco itself, on a migrated database. */
export async function surroundings(databaseUrl: string): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'bakery-'));
  const offset = 21_000 + (process.pid % 2_000) * 10;
  const packages = join(folder, 'packages');
  await mkdir(packages);
  const wakes: string[] = [];
  const files = await listen(createServer((request, response) => sendFile(packages, request.url ?? '', response)));
  const orca = await listen(
    createServer((request, response) => {
      wakes.push(request.url ?? '');
      request.resume();
      response.writeHead(202).end();
    }),
  );
  const configuration = join(folder, 'gennaker.yml');
  await writeFile(configuration, `egress:\n  allow: ['127.0.0.1/32:${portOf(files)}']\n`);
  const environment = {
    PATH: SYSTEM_PATH,
    // As deep as data folders in people's homes are.
    GENNAKER_DATA: join(folder, 'a-home/of-somebody/with-projects/gennaker/.gennaker/data'),
    GENNAKER_OFFSET: String(offset),
    GENNAKER_CONFIG: configuration,
    GENNAKER_BASE_IMAGES: BASE_IMAGES,
    GENNAKER_DISCOVERY: JSON.stringify({ orca: [`http://127.0.0.1:${portOf(orca)}`] }),
    DATABASE_URL: databaseUrl,
    REDIS_URL: 'redis://127.0.0.1:1',
  };
  await finished(start(['apps/cloudlab/src/base-image.ts', BASE_IMAGES], environment));
  const cloudlab = start(['apps/cloudlab/src/main.ts'], environment);
  const cloudlabUrl = `http://127.0.0.1:${8099 + offset}`;
  await answers(`${cloudlabUrl}/lab/v1/health`);
  const roscoUrl = `http://127.0.0.1:${8087 + offset}`;
  return {
    folder,
    offset,
    cloudlab: cloudlabUrl,
    rosco: createClient(roscoApi, { baseUrl: roscoUrl }),
    wakes,
    environment,
    publish: async (name, version, postinst) => {
      const fileName = await makePackage(packages, name, version, postinst);
      return { fileName, url: `http://127.0.0.1:${portOf(files)}/${fileName}` };
    },
    startRosco: async () => {
      const rosco = start(['apps/rosco/src/main.ts'], environment);
      await answers(`${roscoUrl}/health`);
      return rosco;
    },
    end: async () => {
      cloudlab.kill('SIGTERM');
      await once(cloudlab, 'exit');
      for (const server of [files, orca]) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function start(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, { cwd: ROOT, env: { ...environment }, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function finished(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(100);
  }
  throw new Error(`${url} did not answer within 30 s`);
}

async function makePackage(target: string, name: string, version: string, postinst: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await mkdir(join(root, 'DEBIAN'));
    await mkdir(join(root, 'etc/gennaker'), { recursive: true });
    await writeFile(join(root, 'etc/gennaker/entry.json'), '{"command": ["/bin/sleep", "infinity"]}');
    await writeFile(
      join(root, 'DEBIAN/control'),
      `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Test <test@example.com>\nDescription: test\n`,
    );
    await writeFile(join(root, 'DEBIAN/postinst'), `#!/bin/sh\nset -e\n${postinst}\n`);
    await chmod(join(root, 'DEBIAN/postinst'), 0o755);
    const file = `${name}_${version}_all.deb`;
    await finished(
      spawn(PACKAGER, ['--root-owner-group', '--build', root, join(target, file)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    return file;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function sendFile(folder: string, url: string, response: ServerResponse): void {
  readFile(join(folder, url.slice(1))).then(
    (bytes) => response.writeHead(200).end(bytes),
    () => response.writeHead(404).end(),
  );
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
