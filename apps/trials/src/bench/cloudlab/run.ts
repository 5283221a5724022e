import { type Pair, type RowResult, resultOf } from '../engine/row.ts';
import { CHURN_FIGURE, churn } from './churn.ts';
import { startLab } from './lab.ts';
import { LATENCY_FIGURES, latencyRound } from './latency.ts';

/** How the bench of the local cloud is run. */
export interface CloudlabBenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
  /** How long backends are changed under load. */
  readonly minutes: number;
  readonly say: (text: string) => void;
}

const SECONDS = 10;
const QUICK_SECONDS = 4;
/** Ports of the bench's own cloud: beside those of a system that runs. */
const OFFSET = 42_000;

/** Measures what load balancers add to direct access, then changes their backends under load. */
export async function runCloudlabBench({ rounds, quick, minutes, say }: CloudlabBenchOptions): Promise<RowResult[]> {
  const lab = await startLab(OFFSET + (process.pid % 1000), say);
  try {
    const pairs = new Map<string, Pair[]>();
    let failed = 0;
    for (let round = 1; round <= rounds; round++) {
      for (const { kind } of LATENCY_FIGURES) {
        const measured = await latencyRound(lab, kind, round, quick ? QUICK_SECONDS : SECONDS);
        say(`round ${round}  ${measured.line}`);
        failed += measured.failed;
        pairs.set(kind, [...(pairs.get(kind) ?? []), measured.pair]);
      }
    }
    const latency = LATENCY_FIGURES.map((figure) => {
      const result = resultOf(figure, pairs.get(figure.kind) ?? [], []);
      return failed === 0 ? result : { ...result, ok: false, flags: [...result.flags, `${failed} requests failed`] };
    });
    const changed = await churn(lab, minutes, say);
    const outcome = resultOf(CHURN_FIGURE, [changed], []);
    return [...latency, { ...outcome, ok: outcome.ok && changed.changes > 0 }];
  } finally {
    await lab.close();
  }
}
