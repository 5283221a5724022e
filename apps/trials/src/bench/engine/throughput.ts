import { quantile } from '../../closed-loop.ts';
import type { Measured } from '../../peers/peer.ts';
import { fan, linear } from './pipelines.ts';
import { step } from './step.ts';
import type { Row } from './row.ts';
import type { BenchWorld, Load } from './world.ts';

const perSecond = ({ stages, ms }: Measured): number => (stages / ms) * 1_000;
const microsPerStage = ({ cpuSeconds, stages }: Measured): number => (cpuSeconds / stages) * 1e6;

async function productLoad(
  world: BenchWorld,
  pipeline: Record<string, unknown>,
  stages: number,
  load: Load,
): Promise<Measured> {
  const product = await world.product();
  try {
    return await world.load(product, pipeline, stages, load);
  } finally {
    await product.stop();
  }
}

/** Executions of one measurement: enough for several seconds, for in the first two or three V8 still compiles what it runs. */
const counts = (quick: boolean, inFlight: number): { product: number; dbos: number; loop: number } => {
  const full = { 1: [150, 100, 300], 50: [4_000, 500, 3_000], 500: [6_000, 800, 10_000] }[inFlight] ?? [300, 100, 500];
  const [product = 0, dbos = 0, loop = 0] = full.map((count) => (quick ? Math.ceil(count / 2) : count));
  return { product, dbos, loop };
};

const againstDbos = (inFlight: number, reach: number, aim: number): Row => ({
  name: `linear-${inFlight}`,
  figures: [
    {
      metric: `stages/s, ten in a row, ${inFlight} in flight`,
      unit: 'stages/s',
      of: 'DBOS, the same ten steps',
      better: 'more',
      reach,
      aim,
    },
  ],
  round: async (world) => {
    const count = counts(world.quick, inFlight);
    return [
      {
        value: perSecond(await productLoad(world, linear(), 10, { inFlight, count: count.product })),
        beside: perSecond(await world.peer('dbos', { inFlight, count: count.dbos })),
      },
    ];
  },
});

/** Rows of throughput and CPU. */
export const throughputRows: readonly Row[] = [
  againstDbos(1, 1.5, 2),
  againstDbos(50, 4, 6),
  againstDbos(500, 6, 9),
  {
    name: 'fan-50',
    figures: [
      {
        metric: 'stages/s, ten at once and a join, 50 in flight',
        unit: 'stages/s',
        of: 'BullMQ FlowProducer, not durable',
        better: 'more',
        reach: 1.5,
        aim: 2.5,
      },
    ],
    round: async (world) => [
      {
        value: perSecond(await productLoad(world, fan(), 11, { inFlight: 50, count: world.quick ? 1_500 : 40_000 })),
        beside: perSecond(await world.peer('flow', { inFlight: 50, count: world.quick ? 1_200 : 25_000 })),
      },
    ],
  },
  {
    name: 'floor-500',
    figures: [
      {
        metric: 'stages/s, ten in a row, 500 in flight',
        unit: 'stages/s',
        of: 'the bare group-commit loop',
        better: 'more',
        reach: 0.4,
        aim: 0.6,
      },
    ],
    round: async (world) => {
      const count = counts(world.quick, 500);
      return [
        {
          value: perSecond(await productLoad(world, linear(), 10, { inFlight: 500, count: count.product })),
          beside: perSecond(await world.peer('group-commit', { inFlight: 500, count: count.loop })),
        },
      ];
    },
  },
  {
    name: 'cpu-50',
    figures: [
      {
        metric: 'CPU per stage (Node, PostgreSQL, Redis), 50 in flight',
        unit: 'us',
        of: 'DBOS',
        better: 'less',
        reach: 0.3,
        aim: 0.18,
      },
    ],
    round: async (world) => {
      const count = counts(world.quick, 50);
      return [
        {
          value: microsPerStage(await productLoad(world, linear(), 10, { inFlight: 50, count: count.product })),
          beside: microsPerStage(await world.peer('dbos', { inFlight: 50, count: count.dbos })),
        },
      ];
    },
  },
  {
    name: 'context',
    figures: [
      {
        metric: 'CPU per stage with 100 KB of context, 10 in flight',
        unit: 'us',
        of: 'with 1 KB',
        better: 'less',
        reach: 1.5,
        aim: 1.2,
      },
    ],
    round: async (world) => {
      const load = { inFlight: 10, count: world.quick ? 500 : 2_000 };
      const beside = microsPerStage(await productLoad(world, linear(1_000), 10, load));
      return [{ value: microsPerStage(await productLoad(world, linear(100_000), 10, load)), beside }];
    },
  },
  step,
  {
    name: 'trigger',
    figures: [
      {
        metric: 'start request to the end told by the stream, ten stages, idle, p50',
        unit: 'ms',
        of: "Orca's poll arithmetic, 2,500 ms (derived)",
        better: 'less',
        reach: 1 / 50,
        aim: 1 / 100,
      },
    ],
    round: async (world) => {
      const { took } = await productLoad(world, linear(), 10, { inFlight: 1, count: world.quick ? 80 : 150 });
      return [{ value: quantile(took, 0.5), beside: 2_500 }];
    },
  },
];
