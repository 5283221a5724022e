import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../closed-loop.ts';
import { linear } from './pipelines.ts';
import type { Product } from './product.ts';
import type { Row } from './row.ts';
import type { BenchWorld } from './world.ts';

const IN_FLIGHT = 60;
const CLAIM_MS = 4_000;
/** An execution of the process that lives on makes its next step sooner than this, ms. */
const UNHURT_MS = 500;
const PATIENCE_MS = 15_000;

/** Starts an orca beside one that lives on, kills it under load; how long each execution that it had stood still, ms. */
async function standstills(world: BenchWorld, survivor: Product, databaseUrl: string): Promise<number[]> {
  const killed = await world.product({ databaseUrl });
  try {
    let over = false;
    const open = new Set<string>();
    const waiting = new Map<string, number>();
    const gaps: number[] = [];
    let dead = false;
    survivor.onEvent((id) => {
      const since = waiting.get(id);
      if (since === undefined) return;
      waiting.delete(id);
      const gap = performance.now() - since;
      if (gap >= UNHURT_MS) gaps.push(gap);
    });
    const lanes = Array.from({ length: IN_FLIGHT }, async (_, lane) => {
      for (let turn = lane; !over; turn++) {
        const to = turn % 2 === 1 && !dead ? killed : survivor;
        try {
          const id = await to.start(linear());
          open.add(id);
          await survivor.ended(id);
          open.delete(id);
        } catch {
          // The process that was asked is dead: the next turn asks the other one.
        }
      }
    });
    await sleep(1_500);
    await killed.kill();
    dead = true;
    const deadSince = performance.now();
    for (const id of open) waiting.set(id, deadSince);
    while (waiting.size > 0 && performance.now() - deadSince < PATIENCE_MS) await sleep(50);
    for (const since of waiting.values()) gaps.push(performance.now() - since);
    over = true;
    await Promise.race([Promise.all(lanes), sleep(2_000)]);
    return gaps;
  } finally {
    await killed.kill();
  }
}

/** How long executions stand still whose process was killed. */
export const recovery: Row = {
  name: 'recovery',
  rounds: 1,
  figures: [
    {
      metric: 'kill -9 of one of two orcas to the next step of what it had, p99 (--quick: 3 kills, else 20)',
      unit: 'ms',
      of: 'the expiry of a claim',
      better: 'less',
      bounds: 'value',
      reach: CLAIM_MS + 1_000,
      aim: 1_000,
    },
  ],
  round: async (world) => {
    const databaseUrl = await world.database('recovery');
    const survivor = await world.product({ databaseUrl, everyEvent: true });
    const all: number[] = [];
    try {
      for (let kill = 0; kill < (world.quick ? 3 : 20); kill++)
        all.push(...(await standstills(world, survivor, databaseUrl)));
    } finally {
      await survivor.stop();
    }
    if (all.length === 0) throw new Error('No execution was hit by any kill: there is nothing to measure');
    return [{ value: quantile(all, 0.99), beside: CLAIM_MS }];
  },
};
