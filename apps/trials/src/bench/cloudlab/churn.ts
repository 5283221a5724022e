import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure, Pair } from '../engine/row.ts';
import { DRAINING_SECONDS, GROUP_SIZE, USED } from './lab.ts';
import type { BenchLab } from './lab.ts';
import type { LoadResult } from './load-order.ts';
import { startLoad } from './loads.ts';

const RATE = 100;

/** Requests that failed, over all that were sent. */
export const CHURN_FIGURE: Figure = {
  metric: 'requests failed while backends are added, drained and removed',
  unit: 'requests',
  of: 'requests sent',
  better: 'less',
  bounds: 'value',
  reach: 0,
  aim: 0,
};

/** Puts load on both kinds of load balancer, each over kept connections and over one for each request, while their backends change. */
export async function churn(
  lab: BenchLab,
  minutes: number,
  say: (text: string) => void,
): Promise<Pair & { readonly changes: number }> {
  const kinds = ['http', 'network'] as const;
  // An instance is told that it drains when no load balancer sends it anything new: the spare group has one only.
  for (const kind of kinds) await lab.backends(USED[kind].spare, []);
  const loads = await Promise.all(
    kinds.flatMap((kind) =>
      [true, false].map(async (kept) => ({
        name: `${kind}, ${kept ? 'kept connections' : 'one connection each'}`,
        load: startLoad({
          to: [await lab.balancer(USED[kind].balancer)],
          rate: RATE,
          // It ends when the last change is over.
          seconds: minutes * 60 + 3600,
          kept,
        }),
      })),
    ),
  );
  const deadline = performance.now() + minutes * 60_000;
  const counts = await Promise.all(kinds.map((kind) => change(lab, kind, deadline)));
  for (const { load } of loads) load.end();
  const results: LoadResult[] = [];
  for (const { name, load } of loads) {
    const result = await load.result;
    results.push(result);
    const why = Object.entries(result.why).map(([reason, count]) => `${reason}: ${count}`);
    say(`churn  ${name}: ${result.count} requests, ${result.failed} failed ${why.join(', ')}`.trimEnd());
  }
  const changes = counts.reduce((sum, each) => sum + each, 0);
  say(`churn  backends were added, drained and removed ${changes} times`);
  return {
    value: results.reduce((sum, each) => sum + each.failed, 0),
    beside: results.reduce((sum, each) => sum + each.count, 0),
    changes,
  };
}

/** Two groups take turns behind the load balancer: one is added, the other drained, removed, emptied and filled anew. */
async function change(lab: BenchLab, kind: 'http' | 'network', deadline: number): Promise<number> {
  const { balancer, spare } = USED[kind];
  let [current, next]: [number, number] = [balancer, spare];
  let changes = 0;
  while (performance.now() < deadline) {
    await lab.backends(balancer, [
      { group: current, scaler: 1 },
      { group: next, scaler: 1 },
    ]);
    await lab.healthy(balancer, [next]);
    await sleep(1000);
    await lab.backends(balancer, [
      { group: current, scaler: 0 },
      { group: next, scaler: 1 },
    ]);
    await sleep(1000);
    await lab.backends(balancer, [{ group: next, scaler: 1 }]);
    await sleep((DRAINING_SECONDS + 1) * 1000);
    await lab.resize(current, 0);
    await lab.resize(current, GROUP_SIZE);
    [current, next] = [next, current];
    changes++;
  }
  return changes;
}
