import type { Reason } from '@gennaker/contracts/execution';
import type { Prediction } from '@gennaker/contracts/orca-insight';
import { isComplete } from '@gennaker/contracts/status';
import { inWords } from '../decide/timers.ts';
import { graphOf } from '../graph.ts';
import type { ExecutionState, StageState } from '../model.ts';

/** A finished run of the same pipeline: how long it and each stage of the pipeline took, ms. */
export interface FinishedRun {
  readonly durationMs: number;
  readonly stages: readonly { readonly refId: string; readonly type: string; readonly durationMs: number }[];
}

/** With fewer earlier runs, nothing is called slow. */
const ENOUGH = 5;

/** The smallest value that at least this share (0..1) of the values do not exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/**
 * When an execution will probably be done. Each earlier run is played again over the graph from where this execution
 * stands now, with the times that its stages took then; the finish is read off all of these.
 */
export function predict(state: ExecutionState, history: readonly FinishedRun[], now: number): Prediction {
  const graph = graphOf(state);
  const stages = graph.topLevel.map((stage) => {
    const took = timesOf(history, stage);
    return {
      refId: stage.refId,
      name: stage.name,
      type: stage.type,
      p50Ms: quantile(took, 0.5),
      p90Ms: quantile(took, 0.9),
      runs: took.length,
    };
  });
  const basis = history.length;
  if (basis === 0) return { basis, stages };
  const totals = history.map((run) => run.durationMs);
  const durationMs = { p50: quantile(totals, 0.5), p90: quantile(totals, 0.9) };
  const slow = slowness(state, graph.topLevel, stages, durationMs.p90, basis, now);
  const usual = new Map(stages.map((stage) => [stage.refId, stage.p50Ms]));
  const ends = isComplete(state.status) ? [] : history.map((run) => finish(state, run, usual, now));
  return {
    basis,
    stages,
    durationMs,
    ...(ends.length === 0 ? {} : { finishAt: { p50: quantile(ends, 0.5), p90: quantile(ends, 0.9) } }),
    ...(slow ? { slow } : {}),
  };
}

const timesOf = (history: readonly FinishedRun[], stage: StageState): number[] =>
  history.flatMap((run) =>
    run.stages.filter((one) => one.refId === stage.refId && one.type === stage.type).map((one) => one.durationMs),
  );

/** When the execution ends if what is left takes as long as it took in that run. */
function finish(state: ExecutionState, run: FinishedRun, usual: ReadonlyMap<string, number>, now: number): number {
  const graph = graphOf(state);
  const ends = new Map<string, number>();
  const under = new Set<string>();
  const endOf = (stage: StageState): number => {
    const known = ends.get(stage.id);
    if (known !== undefined) return known;
    // A cycle never runs: it is not waited for.
    if (under.has(stage.id)) return now;
    under.add(stage.id);
    const took =
      run.stages.find((one) => one.refId === stage.refId && one.type === stage.type)?.durationMs ??
      usual.get(stage.refId) ??
      0;
    const ready = Math.max(now, ...graph.requisites(stage).map((one) => (one ? endOf(one) : now)));
    const end = isComplete(stage.status)
      ? (stage.endTime ?? now)
      : stage.startTime !== undefined
        ? Math.max(now, stage.startTime + stage.pausedMs + took)
        : ready + took;
    ends.set(stage.id, end);
    return end;
  };
  return Math.max(now, ...graph.topLevel.map(endOf));
}

function slowness(
  state: ExecutionState,
  topLevel: readonly StageState[],
  usual: readonly { readonly refId: string; readonly p50Ms: number; readonly p90Ms: number; readonly runs: number }[],
  p90: number,
  basis: number,
  now: number,
): Reason | undefined {
  const late: { name: string; took: number; p90: number; runs: number }[] = [];
  for (const stage of topLevel) {
    const known = usual.find((one) => one.refId === stage.refId);
    if (stage.startTime === undefined || stage.status !== 'RUNNING' || !known || known.runs < ENOUGH) continue;
    const took = now - stage.startTime - stage.pausedMs;
    if (took > known.p90Ms) late.push({ name: `The stage "${stage.name}"`, took, p90: known.p90Ms, runs: known.runs });
  }
  if (state.startTime !== undefined && basis >= ENOUGH) {
    const took = (state.endTime ?? now) - state.startTime;
    if (took > p90) late.push({ name: 'The execution', took, p90, runs: basis });
  }
  const [first] = late;
  if (!first) return undefined;
  return {
    summary: `${first.name} has taken ${inWords(first.took)}; nine of ten earlier runs took at most ${inWords(first.p90)}`,
    evidence: { tookMs: first.took, p90Ms: first.p90, runs: first.runs, slow: late.map((one) => one.name) },
    next: 'look at what it waits for',
  };
}
