import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Processes looked at in one turn of the event loop, well below a millisecond: traffic flows between the turns. */
const AT_ONCE = 32;

/** One process of this machine. */
export interface ProcessStat {
  readonly parent: number;
  /** Processor time that it used, and that of children that it waited for; 100 ticks are a second. */
  readonly ticks: number;
}

let latest: { readonly processes: Promise<ReadonlyMap<number, ProcessStat>>; readonly at: number } | undefined;

/**
 * The processes of this machine by id.
 * @param maxAgeMs how old the look at them may be: many ask at the same moment, and share it
 */
export function processes(maxAgeMs: number): Promise<ReadonlyMap<number, ProcessStat>> {
  const now = performance.now();
  if (latest === undefined || now - latest.at > maxAgeMs) latest = { processes: readProcesses(), at: now };
  return latest.processes;
}

/** Host process ids below `root`, itself left out. @param maxAgeMs as for `processes` */
export async function descendants(root: number, maxAgeMs: number): Promise<number[]> {
  const all = await processes(maxAgeMs);
  const found: number[] = [];
  let layer = new Set([root]);
  while (layer.size > 0) {
    const next = [...all].filter(([, { parent }]) => layer.has(parent)).map(([pid]) => pid);
    found.push(...next);
    layer = new Set(next);
  }
  return found;
}

// What /proc answers is in memory: a synchronous read takes microseconds, an asynchronous one four turns of a thread.
async function readProcesses(): Promise<Map<number, ProcessStat>> {
  const found = new Map<number, ProcessStat>();
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  for (const [index, pid] of pids.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await nextTurn();
    const stat = parseStat(attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '');
    if (stat !== undefined) found.set(Number(pid), stat);
  }
  return found;
}

/** What `/proc/PID/stat` says; undefined when that is nothing. */
export function parseStat(text: string): ProcessStat | undefined {
  // The program's name stands in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  const parent = Number(fields[1]);
  return Number.isNaN(ticks) || Number.isNaN(parent) || fields.length < 15 ? undefined : { parent, ticks };
}

/** Inodes of the sockets that a process holds; none when it ended. */
export function socketInodes(pid: number): string[] {
  const handles = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return handles.flatMap((handle) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${handle}`)) ?? '';
    return target.startsWith('socket:[') ? target.slice(8, -1) : [];
  });
}

/** Processes end, and close their files, while they are looked at. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
