import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks per second of /proc/PID/stat. */
const TICKS = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  readonly ofEnded: number;
}

function read(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number): number => fields[index] ?? 0;
    return { parent: at(1), own: (at(11) + at(12)) / TICKS, ofEnded: (at(13) + at(14)) / TICKS };
  } catch {
    return undefined;
  }
}

/** CPU seconds that processes have used so far, with their children, those that have ended too. */
export function cpuSeconds(pids: readonly number[]): number {
  const wanted = new Set(pids);
  let sum = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = read(Number(name));
    if (times && wanted.has(Number(name))) sum += times.own + times.ofEnded;
    else if (times && wanted.has(times.parent)) sum += times.own;
  }
  return sum;
}

/** CPU seconds of the whole machine so far, without idling and waiting for disks. */
export function machineCpuSeconds(): number {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  const at = (index: number): number => Number(fields[index] ?? 0);
  return (at(0) + at(1) + at(2) + at(5) + at(6)) / TICKS;
}
