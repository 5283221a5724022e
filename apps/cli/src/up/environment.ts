import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '@gennaker/service/config';
import type { Layout } from './layout.ts';
import { marker } from './process-table.ts';
import { pathWith, toolFolders } from './tools.ts';

/** Where the databases answer, and what only this system's services know. */
export interface Databases {
  identityKey: string;
  databaseUrl: string;
  redisUrl: string;
}

/** Environment of everything that we start: the machine's without npm's settings, our PATH, the marker. */
export function baseEnvironment(layout: Layout): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(npm_|GENNAKER_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|DATABASE_URL$|REDIS_URL$|INIT_CWD$)/.test(name))
      env[name] = value;
  }
  const credentials = process.env['GENNAKER_CREDENTIALS'];
  return {
    ...env,
    PATH: pathWith(layout.home, process.env['PATH']),
    NODE_COMPILE_CACHE: join(layout.home, 'compile-cache'),
    CHECKPOINT_DISABLE: '1',
    // One arena per core would keep freed memory of each; the services are one thread most of the time.
    MALLOC_ARENA_MAX: '2',
    [marker]: layout.data,
    GENNAKER_DATA: layout.data,
    GENNAKER_OFFSET: String(layout.offset),
    GENNAKER_TOOLS: toolFolders(layout.home).join(':'),
    GENNAKER_BASE_IMAGES: join(layout.home, 'base-images'),
    ...(layout.config === undefined ? {} : { GENNAKER_CONFIG: layout.config }),
    ...(credentials === undefined ? {} : { GENNAKER_CREDENTIALS: credentials }),
  };
}

/** Environment of a process that runs services: where the databases and the other services are. */
export function serviceEnvironment(layout: Layout, databases: Databases, instance: string): NodeJS.ProcessEnv {
  return {
    ...baseEnvironment(layout),
    GENNAKER_INSTANCE: instance,
    GENNAKER_DISCOVERY: JSON.stringify(discovery(layout)),
    DATABASE_URL: databases.databaseUrl,
    REDIS_URL: databases.redisUrl,
    GENNAKER_IDENTITY_KEY: databases.identityKey,
  };
}

/** Ports of the processes of a split service: its own, then a thousand higher each. */
export function splitPorts(layout: Layout, name: ServiceName): number[] {
  return Array.from({ length: layout.split.get(name) ?? 0 }, (_, index) => layout.ports[name] + 1_000 * index);
}

function discovery(layout: Layout): Record<string, string[]> {
  return Object.fromEntries(
    [...layout.split.keys()].map((name) => [name, splitPorts(layout, name).map((port) => `http://127.0.0.1:${port}`)]),
  );
}

/** Digest of names, sizes and times of the sources under these folders; changes when somebody edits one. */
export function sourcesDigest(folders: string[]): string {
  const hash = createHash('sha256');
  const visit = (folder: string): void => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      if (entry.isDirectory()) visit(path);
      else if (!/\.test\.tsx?$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of folders) visit(folder);
  return hash.digest('hex');
}
