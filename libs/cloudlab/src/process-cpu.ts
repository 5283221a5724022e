import { readFile, readdir } from 'node:fs/promises';

/** Ticks of a processor a second, as Linux counts them for programs. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  readonly ticks: number;
}

/**
 * Processor seconds of process trees: of all processes below each root, and of those that ended below them and were
 * waited for.
 * @param roots host process ids
 */
export async function treeCpuSeconds(roots: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const stats = new Map<number, Stat>();
  const entries = await readdir('/proc').catch(() => []);
  await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
        const stat = parseStat(text);
        if (stat !== undefined) stats.set(Number(entry), stat);
      }),
  );
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of stats) {
    const line = children.get(parent);
    if (line === undefined) children.set(parent, [pid]);
    else line.push(pid);
  }
  const sum = (pid: number): number =>
    (stats.get(pid)?.ticks ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return new Map(roots.filter((root) => stats.has(root)).map((root) => [root, sum(root) / TICKS]));
}

/** Parent and processor ticks out of `/proc/PID/stat`: its own and those of children that it waited for. */
export function parseStat(text: string): Stat | undefined {
  // The program's name stands in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  const parent = Number(fields[1]);
  return Number.isNaN(ticks) || Number.isNaN(parent) || fields.length < 15 ? undefined : { parent, ticks };
}
