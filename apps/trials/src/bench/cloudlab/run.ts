import { type Pair, type RowResult, resultOf } from '../engine/row.ts';
import { CHURN_FIGURE, churn } from './churn.ts';
import { watchForeign } from './foreign.ts';
import { startLab } from './lab.ts';
import type { BenchLab } from './lab.ts';
import { LATENCY_FIGURES, latencyRound } from './latency.ts';
import { shares } from './shares.ts';

/** How the bench of the local cloud is run. */
export interface CloudlabBenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
  /** How long backends are changed under load. */
  readonly minutes: number;
  /** Parts to run, of CLOUDLAB_PARTS. */
  readonly only: readonly string[];
  readonly say: (text: string) => void;
}

/** Parts of the bench, in their order. */
export const CLOUDLAB_PARTS = ['latency', 'shares', 'churn'] as const;

const SECONDS = 10;
const QUICK_SECONDS = 4;
const SHARED_REQUESTS = 100_000;
const QUICK_SHARED_REQUESTS = 20_000;
/** Ports of the bench's own cloud: beside those of a system that runs, and below those that connections begin at. */
const OFFSET = 21_000;

/** Measures what load balancers add to direct access, then who gets which share, then changes backends under load. */
export async function runCloudlabBench(options: CloudlabBenchOptions): Promise<RowResult[]> {
  const lab = await startLab(OFFSET + (process.pid % 1000), options.say);
  const stop = (): void => void lab.close().finally(() => process.exit(1));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const parts = { latency: latencies, shares: sharings, churn: changes };
    const results: RowResult[] = [];
    for (const part of CLOUDLAB_PARTS)
      if (options.only.includes(part)) results.push(...(await parts[part](lab, options)));
    return results;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await lab.close();
  }
}

async function latencies(lab: BenchLab, { rounds, quick, say }: CloudlabBenchOptions): Promise<RowResult[]> {
  const of = LATENCY_FIGURES.map((figure) => ({
    figure,
    pairs: [] as Pair[],
    foreign: [] as number[],
    failed: 0,
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const each of of) {
      const measured = await latencyRound(lab, each.figure.kind, round, quick ? QUICK_SECONDS : SECONDS);
      say(`round ${round}  ${measured.line}`);
      each.pairs.push(measured.pair);
      each.foreign.push(measured.foreign);
      each.failed += measured.failed;
    }
  }
  return of.map(({ figure, pairs, foreign, failed }) => withoutFailures(resultOf(figure, pairs, foreign), failed));
}

async function sharings(lab: BenchLab, { quick, say }: CloudlabBenchOptions): Promise<RowResult[]> {
  const results = await shares(lab, quick ? QUICK_SHARED_REQUESTS : SHARED_REQUESTS, say);
  return results.map(({ figure, pair, failed }) => withoutFailures(resultOf(figure, [pair], []), failed));
}

async function changes(lab: BenchLab, { minutes, say }: CloudlabBenchOptions): Promise<RowResult[]> {
  const foreignOf = await watchForeign();
  const changed = await churn(lab, minutes, say);
  const result = resultOf(CHURN_FIGURE, [changed], [await foreignOf()]);
  if (changed.changes > 0) return [result];
  return [{ ...result, ok: false, flags: [...result.flags, 'no backend was changed'] }];
}

function withoutFailures(result: RowResult, failed: number): RowResult {
  return failed === 0 ? result : { ...result, ok: false, flags: [...result.flags, `${failed} requests failed`] };
}
