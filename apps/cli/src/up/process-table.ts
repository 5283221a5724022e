import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessId {
  pid: number;
  /** Start time in clock ticks since boot, from /proc. */
  started: string;
}

/** Name of the variable that every process of a system carries; its value is the data folder. */
export const marker = 'GENNAKER_RUN';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The process with this number now, or undefined when there is none (or only its corpse). */
export function identify(pid: number): ProcessId | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[19];
  return started === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, started };
}

/** True while this very process runs. */
export function isAlive(process: ProcessId): boolean {
  return identify(process.pid)?.started === process.started;
}

/** Its command line, for people. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** True when the process started with the marker of this data folder. */
export function isMarked(pid: number, data: string): boolean {
  return read(`/proc/${pid}/environ`).split('\0').includes(`${marker}=${data}`);
}

/** Every running process with the marker of this data folder. */
export function markedProcesses(data: string): ProcessId[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isMarked(pid, data))
    .flatMap((pid) => identify(pid) ?? []);
}

/** Sends a signal to this very process (`group`: and to its process group); says whether it was there. */
export function signal(target: ProcessId, name: NodeJS.Signals, group = false): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(group ? -target.pid : target.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Waits until none of them runs; false when `timeoutMs` passed first. */
export async function allEnded(processes: ProcessId[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (processes.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

/** Which process listens on this TCP port of an IPv4 address, as far as this user may see; undefined when unknown. */
export function listenerOf(port: number): number | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of read(table).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A' && fields[9]) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && holds(name, inodes)) return Number(name);
  }
  return undefined;
}

function holds(pid: string, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
