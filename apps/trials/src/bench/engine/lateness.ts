import { closedLoop, quantile } from '../../closed-loop.ts';
import { pipelineOf } from './pipelines.ts';
import type { Row } from './row.ts';
import type { BenchWorld } from './world.ts';

const TIMERS = 300;
const READ_AT_ONCE = 100;

/** How late each of 300 wait stages of 3 to 8 s ended, by the times that the API shows, ms. */
async function latenesses(world: BenchWorld): Promise<number[]> {
  const product = await world.product();
  try {
    const waits = new Map<string, number>();
    await closedLoop(TIMERS, TIMERS, async (index) => {
      const waitTime = 3 + ((index * 7_919) % 5_000) / 1_000;
      const id = await product.run(pipelineOf([{ type: 'wait', name: 'Wait', refId: '1', waitTime }]));
      waits.set(id, waitTime * 1_000);
    });
    const late: number[] = [];
    const ids = [...waits.keys()];
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      const query = { executionIds: ids.slice(at, at + READ_AT_ONCE).join(',') };
      for (const { id, stages } of await product.client.listExecutions({ query })) {
        const [stage] = stages;
        const wait = waits.get(id);
        if (stage?.startTime && stage.endTime && wait !== undefined)
          late.push(stage.endTime - (stage.startTime + wait));
      }
    }
    if (late.length !== TIMERS)
      throw new Error(`${TIMERS} stages waited, and the API shows the times of ${late.length}`);
    return late;
  } finally {
    await product.stop();
  }
}

/** How exact timers are. */
export const lateness: Row = {
  name: 'lateness',
  figures: (
    [
      [0.5, 10, 3],
      [0.99, 25, 10],
    ] as const
  ).map(([share, reach, aim]) => ({
    metric: `lateness of ${TIMERS} wait stages of 3 to 8 s, p${share * 100}`,
    unit: 'ms',
    of: 'bare BullMQ delayed jobs',
    better: 'less',
    bounds: 'value',
    reach,
    aim,
  })),
  round: async (world) => {
    const late = await latenesses(world);
    const { took } = await world.peer('delayed', { inFlight: TIMERS, count: TIMERS });
    return [0.5, 0.99].map((share) => ({ value: quantile(late, share), beside: quantile(took, share) }));
  },
};
