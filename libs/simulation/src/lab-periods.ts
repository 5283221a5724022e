import type { LabPoint } from '@gennaker/contracts/strategy-lab';
import type { Sample } from './lab-findings.ts';

/** Periods of a series at most. */
const MOST_PERIODS = 240;
const SECOND_MS = 1_000;

/** Samples by second as a series of at most 240 equal periods of whole seconds. */
export function periodsOf(
  samples: readonly Sample[],
  durationMs: number,
): { readonly stepMs: number; readonly points: LabPoint[] } {
  const stepMs = Math.max(1, Math.ceil(durationMs / SECOND_MS / MOST_PERIODS)) * SECOND_MS;
  const points: LabPoint[] = [];
  for (const { at, requests, old, new: made, serving } of samples) {
    const end = Math.max(stepMs, Math.ceil(at / stepMs) * stepMs);
    const last = points.at(-1);
    if (last?.at === end) {
      Object.assign(last, { old, new: made, serving: Math.min(last.serving, serving) });
      for (const key of ['old', 'new', 'failed'] as const) last.requests[key] += requests[key];
    } else
      points.push({
        at: end,
        old,
        new: made,
        serving,
        requests: { old: requests.old, new: requests.new, failed: requests.failed },
      });
  }
  return { stepMs, points };
}
