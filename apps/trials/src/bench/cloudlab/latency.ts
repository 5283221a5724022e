import type { Figure, Pair } from '../engine/row.ts';
import { MEASURED } from './lab.ts';
import type { BenchLab } from './lab.ts';
import { startLoad } from './loads.ts';

const RATE = 2000;
const WARM_UP_SECONDS = 2;
/** Below one millisecond a direct p99 says more about the clock than about the way. */
const FLOOR_MS = 1;

/** What is measured in each round, by kind of load balancer. */
export const LATENCY_FIGURES: readonly (Figure & { readonly kind: 'http' | 'network' })[] = (
  ['http', 'network'] as const
).map((kind) => ({
  kind,
  metric: `p99 added at ${RATE} requests/s by ${kind === 'http' ? 'an HTTP' : 'a network'} load balancer`,
  unit: 'ms',
  of: `p99 of direct access, at least ${FLOOR_MS} ms`,
  better: 'less',
  reach: 2,
  aim: 1,
}));

/** One round: the same instances asked directly and through their load balancer, in turns that change from round to round. */
export async function latencyRound(
  lab: BenchLab,
  kind: 'http' | 'network',
  round: number,
  seconds: number,
): Promise<{ readonly pair: Pair; readonly failed: number; readonly line: string }> {
  const { balancer } = MEASURED[kind];
  const direct = {
    to: await lab.instances(balancer, balancer),
    rate: RATE,
    seconds: seconds + WARM_UP_SECONDS,
    kept: true,
    warmUpSeconds: WARM_UP_SECONDS,
  };
  const through = { ...direct, to: [await lab.balancer(balancer)] };
  const measure = (order: typeof direct) => startLoad(order).result;
  const directFirst = round % 2 === 1;
  const first = await measure(directFirst ? direct : through);
  const second = await measure(directFirst ? through : direct);
  const [plain, balanced] = directFirst ? [first, second] : [second, first];
  const added = Math.max(0, balanced.p99 - plain.p99);
  const told = (each: typeof first): string => `p50 ${each.p50.toFixed(2)} p99 ${each.p99.toFixed(2)} ms`;
  return {
    pair: { value: added, beside: Math.max(FLOOR_MS, plain.p99) },
    failed: plain.failed + balanced.failed,
    line: `${kind}: direct ${told(plain)}; through ${told(balanced)}; ${plain.failed} and ${balanced.failed} failed`,
  };
}
