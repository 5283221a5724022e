import type { Figure, Pair } from '../engine/row.ts';
import { watchForeign } from './foreign.ts';
import { USED } from './lab.ts';
import type { BenchLab } from './lab.ts';
import { startLoad } from './loads.ts';

const RATE = 2000;
const WARM_UP_SECONDS = 2;
/** What is added may be 2 ms or twice the direct p99, whichever is larger: twice the p99, taken as 1 ms at least. */
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

/** One round of a kind of load balancer. */
export interface LatencyRound {
  readonly pair: Pair;
  readonly failed: number;
  /** Cores that other programs kept busy meanwhile. */
  readonly foreign: number;
  readonly line: string;
}

/** One round: the same instances asked directly and through their load balancer, in turns that change from round to round. */
export async function latencyRound(
  lab: BenchLab,
  kind: 'http' | 'network',
  round: number,
  seconds: number,
): Promise<LatencyRound> {
  const { balancer } = USED[kind];
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
  const foreignOf = await watchForeign();
  const first = await measure(directFirst ? direct : through);
  const second = await measure(directFirst ? through : direct);
  const foreign = await foreignOf();
  const [plain, balanced] = directFirst ? [first, second] : [second, first];
  const added = Math.max(0, balanced.p99 - plain.p99);
  const told = (each: typeof first): string => {
    const reasons = Object.entries(each.why).map(([reason, times]) => `, ${times} failed: ${reason}`);
    return `p50 ${each.p50.toFixed(2)} p99 ${each.p99.toFixed(2)} ms${reasons.join('')}`;
  };
  return {
    pair: { value: added, beside: Math.max(FLOOR_MS, plain.p99) },
    failed: plain.failed + balanced.failed,
    foreign,
    line: `${kind}: direct ${told(plain)}; through ${told(balanced)}; others used ${Math.round(foreign * 100)} % of a core`,
  };
}
