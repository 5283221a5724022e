import { processes } from './process-table.ts';

/** Ticks of a processor a second, as Linux counts them for programs. */
const TICKS = 100;

/**
 * Processor seconds of process trees: of all processes below each root, and of those that ended below them and were
 * waited for.
 * @param roots host process ids
 */
export async function treeCpuSeconds(roots: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const stats = await processes(0);
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
