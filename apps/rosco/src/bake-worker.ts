import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { inTransaction } from '@gennaker/store/database';
import {
  type BakeOutcome,
  type BakeRow,
  type Claim,
  claimBake,
  endBake,
  releaseClaim,
  renewClaim,
  unneededFiles,
} from './bake-store.ts';
import type { Bakery } from './bakery.ts';
import { runBake } from './run-bake.ts';

const LEASE_MS = 6_000;
const RENEW_MS = 1_500;
const SWEEP_MS = 1_000;
/** Bakes at once in one process. */
const AT_ONCE = 2;

/** Takes bakes that nobody works on and makes them. */
export interface BakeWorker {
  /** Looks at once. Never throws, never waits. */
  poke(): void;
  /** Ends the bakes under way and gives them back, for another process to take. */
  close(): Promise<void>;
}

interface UnderWay {
  readonly claim: Claim;
  readonly ending: AbortController;
  why: 'cancelled' | 'lost' | 'stopping' | undefined;
}

/**
 * Starts a worker. A bake is held by a claim with an epoch, renewed while its process lives: when the process dies, the
 * claim runs out and another worker, here or elsewhere, begins the bake again on a fresh copy.
 */
export function startBakeWorker(bakery: Bakery, log: Logger): BakeWorker {
  const running = new Map<string, { state: UnderWay; done: Promise<void> }>();
  let closed = false;
  let looking: Promise<void> | undefined;
  let again = false;

  const look = async (): Promise<void> => {
    do {
      again = false;
      while (!closed && running.size < AT_ONCE) {
        const row = await claimBake(bakery.db.pool, bakery.owner, LEASE_MS);
        if (!row) break;
        begin(row);
      }
    } while (again && !closed);
  };
  const poke = (): void => {
    if (closed) return;
    again = true;
    looking ??= look()
      .catch((error: unknown) => log.error({ err: error }, 'bakes cannot be claimed'))
      .finally(() => {
        looking = undefined;
      });
  };
  const begin = (row: BakeRow): void => {
    const state: UnderWay = {
      claim: { id: row.id, owner: bakery.owner, epoch: row.epoch },
      ending: new AbortController(),
      why: undefined,
    };
    const done = work(row, state)
      .catch((error: unknown) => log.error({ err: error, bake: row.id }, 'a bake stopped'))
      .finally(() => {
        running.delete(row.id);
        poke();
      });
    running.set(row.id, { state, done });
  };

  const work = async (row: BakeRow, state: UnderWay): Promise<void> => {
    const renewal = setInterval(() => void renew(state), RENEW_MS);
    try {
      if (row.cancel_requested) end(state, 'cancelled');
      const outcome = await runBake({ bakery, row, claim: state.claim, signal: state.ending.signal }).catch(
        (error: unknown): BakeOutcome | undefined => {
          if (state.why === 'cancelled') return { kind: 'cancelled', reason: { summary: 'The bake was cancelled' } };
          if (state.why) return undefined;
          throw error;
        },
      );
      if (outcome) {
        await finish(state.claim, outcome);
        const digests = row.plan.files.map((file) => file.sha256);
        await bakery.packageFiles.drop(await unneededFiles(bakery.db.pool, digests));
      }
      if (!outcome && state.why === 'stopping') await releaseClaim(bakery.db.pool, state.claim);
    } finally {
      clearInterval(renewal);
    }
  };

  const renew = async (state: UnderWay): Promise<void> => {
    const answer = await renewClaim(bakery.db.pool, state.claim, LEASE_MS).catch(() => undefined);
    if (!answer) return;
    if (!answer.held) end(state, 'lost');
    else if (answer.cancelRequested) end(state, 'cancelled');
  };

  const finish = async (claim: Claim, outcome: BakeOutcome): Promise<void> => {
    await inTransaction(bakery.db, async (client) => {
      const row = await endBake(client, claim, outcome);
      for (const callback of row?.callbacks ?? []) {
        const key = `rosco:${claim.id}:${callback.stageId}:ended`;
        await bakery.outbox.enqueue(client, {
          key,
          target: 'orca',
          method: 'POST',
          path: `/pipelines/${encodeURIComponent(callback.executionId)}/stages/${encodeURIComponent(callback.stageId)}/wake`,
          body: { key, cause: `bake ${claim.id} ended: ${outcome.reason.summary}` },
          trace: row?.trace ?? null,
        });
      }
    });
    bakery.outbox.poke();
  };

  const sweep = setInterval(poke, SWEEP_MS);
  sweep.unref();
  return {
    poke: () => {
      poke();
      for (const { state } of running.values()) void renew(state);
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      await looking;
      for (const { state } of running.values()) end(state, 'stopping');
      const all = Promise.all([...running.values()].map((entry) => entry.done));
      await Promise.race([all, delay(10_000, undefined, { ref: false })]);
    },
  };
}

function end(state: UnderWay, why: 'cancelled' | 'lost' | 'stopping'): void {
  state.why ??= why;
  state.ending.abort();
}
