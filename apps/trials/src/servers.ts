import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@gennaker/fixtures/servers';
import { boundCommand } from '@gennaker/runner/bound-command';
import {
  createDatabase,
  postgresCommand,
  postgresUrl,
  preparePostgres,
  type ServerCommand,
  waitForPostgres,
} from '@gennaker/store/embedded-postgres';
import { prepareRedis, redisUrl, waitForRedis } from '@gennaker/store/embedded-redis';
import { migrate } from '@gennaker/store/migrate';

/** One server process that a trial may stop, kill and start again on the same port and data. */
export interface TrialServer {
  readonly url: string;
  pid(): number;
  start(): Promise<void>;
  /** Ends it with a signal and waits until it is gone. PostgreSQL: SIGINT is fast, SIGQUIT is immediate. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** PostgreSQL (fsync and synchronous commit on) and Redis (append-only file) of one trial. */
export interface TrialServers {
  readonly postgres: TrialServer;
  readonly redis: TrialServer;
  /** Makes a database, migrated unless told otherwise, and answers its URL. */
  database(name: string, migrated?: boolean): Promise<string>;
  /** Ends both and removes their data. */
  stop(): Promise<void>;
}

/** Starts both servers in a folder of their own; they end with this process even when it is killed. */
export async function startTrialServers(): Promise<TrialServers> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-trial-'));
  const password = randomBytes(18).toString('hex');
  const [postgresPort, redisPort] = [await freePort(), await freePort()];
  const cluster = join(folder, 'postgres');
  await preparePostgres(cluster, password, true);
  const adminUrl = postgresUrl(postgresPort, password);
  const postgres = server(adminUrl, await postgresCommand({ folder: cluster, port: postgresPort }), (alive) =>
    waitForPostgres(adminUrl, 60_000, alive),
  );
  const cacheUrl = redisUrl(redisPort, password);
  const redisCommand = await prepareRedis({ folder: join(folder, 'redis'), port: redisPort, password });
  const redis = server(cacheUrl, redisCommand, (alive) => waitForRedis(cacheUrl, 60_000, alive));
  const stop = async (): Promise<void> => {
    await Promise.all([postgres.end('SIGINT'), redis.end('SIGTERM')]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.all([postgres.start(), redis.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgres,
    redis,
    stop,
    async database(name, migrated = true) {
      await createDatabase(adminUrl, name);
      const url = postgresUrl(postgresPort, password, name);
      if (migrated) await migrate(url);
      return url;
    },
  };
}

function server(url: string, command: ServerCommand, ready: (alive: () => boolean) => Promise<void>): TrialServer {
  let child: ChildProcess | undefined;
  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    url,
    pid() {
      if (!child?.pid || !running()) throw new Error(`${command.file} does not run`);
      return child.pid;
    },
    async start() {
      const [file, ...args] = boundCommand([command.file, ...command.args], 'INT');
      child = spawn(file, args, { stdio: 'ignore', detached: true });
      await ready(running);
    },
    async end(signal) {
      if (!child || !running()) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}
