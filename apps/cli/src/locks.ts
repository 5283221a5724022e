import { parseArgs } from 'node:util';
import type { ClusterLock } from '@gennaker/contracts/cluster-locks';
import { gateCloudRoutes } from '@gennaker/contracts/gate-clouds';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker locks --help" for what it can do.';

/** `gennaker locks`: who changes which cluster now. @throws Sentence for a wrong command line, or a system that does not run */
export async function locks(root: string, args: string[]): Promise<number> {
  let values: { readonly data?: string | undefined; readonly offset?: string | undefined };
  try {
    ({ values } = parseArgs({ args, options: { data: { type: 'string' }, offset: { type: 'string' } } }));
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}. ${USAGE}`, { cause: error });
  }
  const gate = await gateNamed(root, values, gateCloudRoutes);
  const held = await saying(() => gate.listLocks({}));
  process.stdout.write(`${locksText(held, Date.now())}\n`);
  return 0;
}

/** Locks as lines for people: the cluster, who changes it and since when, then who waits, in order. */
export function locksText(held: readonly ClusterLock[], now: number): string {
  if (held.length === 0) return 'Nobody changes a cluster now.';
  return held
    .flatMap((lock) => [
      `${lock.cluster} in ${lock.region} of ${lock.account}: ${lock.reason || lock.holder}${sinceText(lock.since, now)}`,
      `  held by ${lock.holder}`,
      ...lock.waiting.map((party, index) => `  ${index + 1}. waits: ${party.reason || party.holder}`),
    ])
    .join('\n');
}

const sinceText = (since: number | undefined, now: number): string =>
  since === undefined ? '' : `, for ${Math.max(0, Math.round((now - since) / 1_000))} s`;
