import { closedLoop, quantile } from '../../closed-loop.ts';
import { linear } from './pipelines.ts';
import type { Row } from './row.ts';
import type { BenchWorld } from './world.ts';

/** Times in the API are whole milliseconds: over so many stages that is a fiftieth of one each. */
const STAGES = 50;

/** From one stage's start to the next one's, ms, by the first and the last start in each execution that the API shows. */
async function steps(world: BenchWorld): Promise<number[]> {
  const product = await world.product();
  try {
    const ids: string[] = [];
    await closedLoop(20, 1, async () => void (await product.run(linear(0, STAGES))));
    await closedLoop(world.quick ? 40 : 80, 1, async () => void ids.push(await product.run(linear(0, STAGES))));
    const executions = await product.client.listExecutions({ query: { executionIds: ids.join(',') } });
    return executions.map(({ stages }) => {
      const starts = stages.flatMap(({ startTime }) => startTime ?? []);
      if (starts.length !== STAGES) throw new Error(`Of ${STAGES} stages the API shows ${starts.length} as started`);
      return (Math.max(...starts) - Math.min(...starts)) / (STAGES - 1);
    });
  } finally {
    await product.stop();
  }
}

/** How soon a stage begins after the one before it when nothing else runs. */
export const step: Row = {
  name: 'step',
  figures: [
    {
      metric: 'stage to stage, idle, p50 (first to last start of 50 stages in a row, by the times of the API)',
      unit: 'ms',
      of: 'one PostgreSQL commit, p50',
      better: 'less',
      reach: 2.5,
      aim: 1.6,
    },
  ],
  round: async (world) => {
    const beside = quantile((await world.peer('commit', { inFlight: 1, count: 1_000 })).took, 0.5);
    return [{ value: quantile(await steps(world), 0.5), beside }];
  },
};
