import { multiply } from './multiply.ts';
import { linear } from './pipelines.ts';
import type { Row } from './row.ts';
import type { BenchWorld } from './world.ts';

/** How many stages stored executions have, and which share of them: as pipelines that people have published. */
const STORED: readonly { readonly stages: number; readonly share: number }[] = [
  { stages: 1, share: 0.3 },
  { stages: 2, share: 0.24 },
  { stages: 4, share: 0.26 },
  { stages: 8, share: 0.12 },
  { stages: 15, share: 0.08 },
];

const filled = new WeakMap<BenchWorld, Set<string>>();

async function filledDatabase(world: BenchWorld, name: string, executions: number): Promise<string> {
  const databaseUrl = await world.database(name);
  const done = filled.get(world) ?? new Set();
  filled.set(world, done);
  if (!done.has(name)) {
    const product = await world.product({ databaseUrl });
    const originals = [];
    for (const { stages, share } of STORED)
      originals.push({ id: await product.run(linear(0, stages)), times: Math.round(executions * share) });
    await product.stop();
    await multiply(databaseUrl, originals);
    done.add(name);
  }
  return databaseUrl;
}

async function microsPerStage(world: BenchWorld, databaseUrl: string): Promise<number> {
  const product = await world.product({ databaseUrl });
  try {
    const load = { inFlight: 50, count: world.quick ? 400 : 4_000 };
    const { cpuSeconds, stages } = await world.load(product, linear(), 10, load);
    return (cpuSeconds / stages) * 1e6;
  } finally {
    await product.stop();
  }
}

/** What a long history costs. */
export const stored: Row = {
  name: 'stored',
  figures: [
    {
      metric:
        'CPU per stage with 1 million stored executions of 1 to 15 stages, 4 on average (--quick: 100 thousand), 50 in flight',
      unit: 'us',
      of: 'with 10 thousand (--quick: 1 thousand)',
      better: 'less',
      reach: 1.15,
      aim: 1.05,
    },
  ],
  round: async (world) => {
    const few = await filledDatabase(world, 'few', world.quick ? 1_000 : 10_000);
    const many = await filledDatabase(world, 'many', world.quick ? 100_000 : 1_000_000);
    const beside = await microsPerStage(world, few);
    return [{ value: await microsPerStage(world, many), beside }];
  },
};
