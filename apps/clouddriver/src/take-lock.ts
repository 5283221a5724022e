import { ServiceError } from '@gennaker/contracts/error';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import type { Database } from '@gennaker/store/database';
import { acquireLock, type LockAnswer, type LockKey, type LockWish, prolongLock } from './locks.ts';

/** Does the stage still run that holds a lock under this name? */
export type StillRuns = (holder: string) => Promise<boolean>;

/** How long a lock is kept for a stage that still runs before it is asked about again, ms. */
const KEPT_MS = 30_000;

/**
 * Takes or renews a lock. One that was not renewed in time is kept for a stage that still runs: a deploy that waits for a
 * person or for an hour to pass holds its cluster all the same. Given on is only what nobody works under any more.
 */
export async function takeLock(db: Database, stillRuns: StillRuns, key: LockKey, wish: LockWish): Promise<LockAnswer> {
  const { lapsed, ...answer } = await acquireLock(db, key, wish);
  if (!lapsed) return answer;
  if (await stillRuns(lapsed.holder)) {
    await prolongLock(db.pool, key, lapsed, KEPT_MS);
    return answer;
  }
  const { lapsed: _again, ...given } = await acquireLock(db, key, wish, lapsed);
  return given;
}

/** Asks orca; a holder that is no stage has ended, and so has what orca does not know. Where orca is away, nothing is known to have ended. */
export function askOrca(orca: Pick<Client<typeof orcaApi>, 'getExecution'>): StillRuns {
  return async (holder) => {
    const [, id, stageId] = /^([^/\s]+)\/([^/\s]+)$/.exec(holder) ?? [];
    if (id === undefined) return false;
    try {
      const { status, stages } = await orca.getExecution({ params: { id } });
      const stage = stages.find((one) => one.id === stageId);
      return !isComplete(status) && stage !== undefined && !isComplete(stage.status);
    } catch (error) {
      return !(error instanceof ServiceError && error.status === 404);
    }
  };
}
