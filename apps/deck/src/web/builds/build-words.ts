import type { BuildInfo } from '@gennaker/contracts/igor';
import type { Look } from '@gennaker/ui/status';

const RESULTS: Readonly<Record<string, { readonly look: Look; readonly words: string }>> = {
  SUCCESS: { look: 'succeeded', words: 'Succeeded' },
  UNSTABLE: { look: 'continued', words: 'Unstable' },
  FAILURE: { look: 'failed', words: 'Failed' },
  ABORTED: { look: 'canceled', words: 'Stopped' },
  NOT_BUILT: { look: 'skipped', words: 'Not built' },
};

/** How a build stands, as tone and words. */
export function buildState({ building, result }: Pick<BuildInfo, 'building' | 'result'>): {
  readonly look: Look;
  readonly words: string;
} {
  if (building) return { look: 'running', words: 'Running' };
  return RESULTS[result ?? ''] ?? { look: 'waiting', words: result ?? 'No result' };
}

/** When a build began, epoch milliseconds; undefined where its server does not say. */
export function builtAt({ timestamp }: Pick<BuildInfo, 'timestamp'>): number | undefined {
  const at = timestamp === undefined || timestamp === '' ? Number.NaN : Number(timestamp);
  return Number.isNaN(at) ? undefined : at;
}
