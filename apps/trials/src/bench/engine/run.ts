import { cpuSeconds, machineCpuSeconds } from '../../cpu.ts';
import { startTrialServers } from '../../servers.ts';
import { type Pair, type Row, type RowResult, resultOf } from './row.ts';
import { benchWorld } from './world.ts';

/** How a bench is run. */
export interface BenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

/** Runs rows round by round, each row's product beside its floor or peer, on stores of the bench's own. */
export async function runBench(rows: readonly Row[], options: BenchOptions): Promise<RowResult[]> {
  const servers = await startTrialServers();
  try {
    const world = await benchWorld(servers, options.quick);
    const measured = new Map<Row, { pairs: readonly Pair[]; foreign: number }[]>(rows.map((row) => [row, []]));
    for (let round = 1; round <= options.rounds; round++)
      for (const [row, list] of measured) {
        if (round > (row.rounds ?? options.rounds)) continue;
        const own = (): number => cpuSeconds([process.pid, servers.postgres.pid(), servers.redis.pid()]);
        const before = { at: performance.now(), machine: machineCpuSeconds(), own: own() };
        const pairs = await row.round(world);
        const seconds = (performance.now() - before.at) / 1_000;
        const foreign = Math.max(0, (machineCpuSeconds() - before.machine - (own() - before.own)) / seconds);
        list.push({ pairs, foreign });
        for (const [index, { value, beside }] of pairs.entries())
          options.say(
            `round ${round}  ${row.name.padEnd(11)} ${value.toPrecision(4)} beside ${beside.toPrecision(4)}, ` +
              `${(value / beside).toPrecision(3)}x  ${row.figures[index]?.metric ?? ''}`,
          );
      }
    return [...measured].flatMap(([row, list]) =>
      row.figures.map((figure, index) =>
        resultOf(
          figure,
          list.flatMap(({ pairs }) => pairs[index] ?? []),
          list.map(({ foreign }) => foreign),
        ),
      ),
    );
  } finally {
    await servers.stop();
  }
}
