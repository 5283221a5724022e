import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { readRecord } from './managed-process.ts';
import {
  allEnded,
  commandOf,
  isAlive,
  isMarked,
  listenerOf,
  markedProcesses,
  type ProcessId,
  signal,
} from './process-table.ts';
import { Sentence } from './sentence.ts';
import { runFolder } from './specs.ts';

/** Order in which processes are stopped: whoever uses another one goes first. */
const last = ['cloudlab', 'redis', 'postgres'];

/** Rank of a process by its name when all are stopped; equal ones may stop together. */
export function stopRank(name: string): number {
  return last.indexOf(name) + 1;
}

/**
 * Ends the processes that an earlier supervisor recorded and that the new one does not keep (`keep` holds the names it
 * does). A record whose process number belongs to somebody else by now is only removed.
 */
export async function endLeftovers(layout: Layout, keep: ReadonlySet<string>): Promise<string[]> {
  const folder = runFolder(layout);
  const records = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'supervisor.json')
    .flatMap((file) => {
      const record = readRecord(join(folder, file));
      return [{ file: join(folder, file), name: record?.name ?? file, record }];
    })
    .filter(({ name }) => !keep.has(name))
    .sort((a, b) => stopRank(a.name) - stopRank(b.name));
  const ended: string[] = [];
  for (const { file, name, record } of records) {
    if (record && isAlive(record) && isMarked(record.pid, layout.data)) {
      await endOne(record, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
      ended.push(name);
    }
    rmSync(file, { force: true });
  }
  return ended;
}

async function endOne(target: ProcessId, how: NodeJS.Signals): Promise<void> {
  signal(target, how);
  if (await allEnded([target], 20_000)) return;
  signal(target, 'SIGKILL', true);
  await allEnded([target], 5_000);
}

/** Ends whatever still carries the marker of this data folder; answers their command lines. */
export async function sweep(layout: Layout, timeoutMs = 5_000): Promise<string[]> {
  const found = markedProcesses(layout.data);
  if (found.length === 0) return [];
  const names = found.map((one) => commandOf(one.pid));
  for (const one of found) signal(one, 'SIGTERM');
  if (!(await allEnded(found, timeoutMs))) {
    for (const one of markedProcesses(layout.data)) signal(one, 'SIGKILL');
    await allEnded(found, 5_000);
  }
  return names.filter(Boolean);
}

/**
 * Checks that the ports are free. A listener that carries our own marker is a leftover without a record and is ended;
 * for anybody else the sentence says who it is and what to do.
 */
export async function claimPorts(layout: Layout, wanted: [string, number][]): Promise<void> {
  const problems: string[] = [];
  for (const [name, port] of wanted) {
    if (await isFree(port)) continue;
    const pid = listenerOf(port);
    if (pid !== undefined && isMarked(pid, layout.data)) {
      const target = markedProcesses(layout.data).find((one) => one.pid === pid);
      if (target) await endOne(target, commandOf(pid).includes('postgres') ? 'SIGINT' : 'SIGTERM');
      if (await isFree(port)) continue;
    }
    const who = pid === undefined ? 'another process' : `process ${pid} (${commandOf(pid).slice(0, 80)})`;
    problems.push(`Port ${port} (${name}) is in use by ${who}`);
  }
  if (problems.length === 0) return;
  const free = layout.offset < 50_000 - 100 ? layout.offset + 100 : 0;
  throw new Sentence(`${problems.join('.\n')}: stop it, or start with --offset ${free} --data ANOTHER_FOLDER.`);
}

/** True when 127.0.0.1:port can be listened on. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
