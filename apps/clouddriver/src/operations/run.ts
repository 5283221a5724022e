import type { Reason } from '@gennaker/contracts/execution';
import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Clock } from '@gennaker/service/clock';
import { type Database, inTransaction } from '@gennaker/store/database';
import type { Outbox } from '@gennaker/store/outbox';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Accounts } from '../accounts.ts';
import { GuardRefusal, passGuards } from '../guards/pass-guards.ts';
import type { ReadGuards } from '../guards/read-guards.ts';
import type { Inventory } from '../inventory/watcher.ts';
import { checkLock, type LockKey } from '../locks.ts';
import { pause } from '../pause.ts';
import { freeLock } from '../release-lock.ts';
import { type StillRuns, takeLock } from '../take-lock.ts';
import { leftState } from '../undo/left-state.ts';
import type { ClaimedOperation } from './claims.ts';
import { type RunFrame, runFrame } from './frame.ts';
import { ClaimLost, type Journal, openJournal } from './journal.ts';
import { isReleased, settleRecords } from './end-records.ts';
import { recordInverse } from './inverse.ts';
import { accountRecords } from './records.ts';
import { type Ended, runDescription } from './run-description.ts';
import { accept, type Accepted, applicationOf } from './submit.ts';

/** What operations are run with. */
export interface RunnerParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly readGuards: ReadGuards;
  readonly outbox: Outbox;
  /** Whether the stage that holds a cluster's lock still runs. */
  readonly stillRuns: StillRuns;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A held lock is extended to this long from each renewal on, ms. */
const LOCK_TTL_MS = 30_000;
const LOCK_POLL_MS = 500;
const LOCK_PATIENCE_MS = 30 * 60_000;

const failureSchema = z.looseObject({ summary: z.string() });

/**
 * Runs or resumes an operation to its end: its descriptions one after another, the rest is left out after a failure,
 * and what the failed one had made is undone. Answers normally as well when the claim is lost or the signal aborts:
 * then nothing is written, and whoever claims it next goes on.
 */
export async function runOperation(
  parts: RunnerParts,
  operation: ClaimedOperation,
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = parts;
  try {
    const journal = await openJournal(db, operation.claim);
    const results: JsonObject[] = [];
    const frames: RunFrame[] = [];
    let leftovers: Ended['leftovers'] = [];
    let failure = operation.status === 'UNDOING' ? failureSchema.parse(operation.reason) : null;
    const accepted = accept(parts.accounts, operation.provider, operation.descriptions);
    for (const [index, entry] of accepted.entries()) {
      const known = journal.done(`${index}.result`);
      if (known) {
        results.push(...z.array(z.record(z.string(), z.unknown())).parse(known.result));
        continue;
      }
      // Losing the cluster's lock ends the description as a failure; losing the operation itself ends this run.
      const lockLost = new AbortController();
      const either = AbortSignal.any([signal, lockLost.signal]);
      const frame = frameOf(parts, operation, journal, entry, index, either, failure !== null);
      frame.stays.push(...accepted.slice(0, index).map(({ operation: name }) => `${name} is done`));
      frames.push(frame);
      const guards = () => passGuards(parts, journal, accepted.slice(index), either);
      const ended = await runOne(parts, operation, journal, entry, index, frame, signal, lockLost, failure, guards);
      results.push(...ended.results);
      failure = ended.failure;
      leftovers = ended.leftovers;
      if (failure) break;
    }
    await refreshTouched(parts, journal, accepted, frames);
    signal.throwIfAborted();
    await finish(parts, operation, journal, accepted, frames, results, failure, leftovers);
  } catch (error) {
    if (error instanceof ClaimLost || signal.aborted) {
      log.info({ operation: operation.id }, 'gave the operation up; its next owner goes on');
      return;
    }
    throw error;
  }
}

const frameOf = (
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  entry: Accepted,
  index: number,
  signal: AbortSignal,
  replaying: boolean,
): RunFrame =>
  runFrame({
    records: accountRecords(parts.db, entry.account),
    journal,
    application: applicationOf(entry.description),
    // An attempt makes requests of its own: the cloud would answer repeated ones with the failures of the last.
    key: operation.attempt === 1 ? operation.key : `${operation.key} attempt ${operation.attempt}`,
    acceptedAt: operation.created_at.getTime(),
    index,
    signal,
    replaying,
  });

async function runOne(
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  entry: Accepted,
  index: number,
  frame: RunFrame,
  signal: AbortSignal,
  lockLost: AbortController,
  failedBefore: Reason | null,
  guards: () => Promise<void>,
): Promise<Ended> {
  let lock: HeldLock | null;
  try {
    lock = await holdLock(parts, operation, journal, entry, signal);
  } catch (error) {
    if (error instanceof ClaimLost || signal.aborted) throw error;
    return refused(parts, operation, journal, entry, index, signal, failedBefore ?? reasonOf(entry, error));
  }
  const stopRenewing = lock?.keep((why) => lockLost.abort(new Error(why)));
  try {
    // What was begun had passed, and is finished.
    if (!failedBefore && !journal.begun(index))
      try {
        await guards();
      } catch (error) {
        if (error instanceof ClaimLost || signal.aborted) throw error;
        return await refused(parts, operation, journal, entry, index, signal, reasonOf(entry, error));
      }
    return await runPart(parts, operation, journal, entry, index, frame, signal, failedBefore);
  } finally {
    stopRenewing?.();
    await lock?.release();
  }
}

/** The cluster is another's, or a guard stands before it: the description fails, and what it had made before a crash is undone. */
async function refused(
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  entry: Accepted,
  index: number,
  signal: AbortSignal,
  failure: Reason,
): Promise<Ended> {
  await recordFailure(parts.db, operation, failure);
  const frame = frameOf(parts, operation, journal, entry, index, signal, true);
  return runPart(parts, operation, journal, entry, index, frame, signal, failure);
}

async function runPart(
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  entry: Accepted,
  index: number,
  frame: RunFrame,
  signal: AbortSignal,
  failedBefore: Reason | null,
): Promise<Ended> {
  const definition = operationNamed(parts.accounts.get(entry.account).cloud, entry.operation)?.definition;
  return runDescription({
    journal,
    frame,
    index,
    operation: entry.operation,
    failedBefore,
    givenUp: () => signal.aborted,
    run: async () => {
      if (!definition)
        throw new Error(`Operation ${entry.operation} is not offered by account ${entry.account} any more.`);
      if (await isReleased(parts.db.pool, entry)) {
        await journal.progress('HOLD', 'What was held is released already: nothing to take back');
        return [{ type: 'ReleaseResult', released: false }];
      }
      await recordInverse(frame, journal, index, definition, entry);
      return definition.run(frame.context, entry.description as never);
    },
    reasonOf: (error) => reasonOf(entry, error),
    recordFailure: (failure) => recordFailure(parts.db, operation, failure),
  });
}

/** From here on the operation is only undone, also after a crash. */
async function recordFailure(db: Database, operation: ClaimedOperation, failure: Reason): Promise<void> {
  const { rowCount } = await db.pool.query(
    `update clouddriver.operations set status = 'UNDOING', reason = $4::jsonb
     where id = $1 and owner = $2 and epoch = $3 and ended_at is null`,
    [operation.id, operation.claim.owner, operation.claim.epoch, JSON.stringify(failure)],
  );
  if (rowCount === 0) throw new ClaimLost(operation.id);
}

function reasonOf(entry: Accepted, error: unknown): Reason {
  if (error instanceof GuardRefusal) return error.reason;
  const message = error instanceof Error ? error.message : String(error);
  const gce = error instanceof Error && 'gce' in error ? error.gce : undefined;
  const where = [
    entry.description['serverGroupName'] ?? entry.description['loadBalancerName'],
    entry.description['region'],
  ]
    .filter((part): part is string => typeof part === 'string')
    .join(' in ');
  return {
    summary: `${entry.operation}${where ? ` (${where})` : ''} failed: ${message}`,
    evidence: { operation: entry.operation, account: entry.account, ...(gce ? { cloud: gce } : {}) },
  };
}

interface HeldLock {
  /** Renews until stopped; calls `onLost` when the lock is another's. */
  keep(onLost: (why: string) => void): () => void;
  release(): Promise<void>;
}

/** Makes sure of the cluster's lock: the one that the description carries, or one of the operation's own, for which it waits. */
async function holdLock(
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  entry: Accepted,
  signal: AbortSignal,
): Promise<HeldLock | null> {
  if (!entry.cluster) return null;
  const { db, clock } = parts;
  const key: LockKey = { account: entry.account, ...entry.cluster };
  const own = entry.lock === null;
  const holder = entry.lock?.holder ?? `operation ${operation.id}`;
  let epoch = entry.lock?.epoch ?? 0;
  if (own) {
    const wish = { holder, reason: `${entry.operation} by ${operation.user}`, ttlMs: LOCK_TTL_MS };
    const until = clock.now() + LOCK_PATIENCE_MS;
    for (;;) {
      const answer = await takeLock(db, parts.stillRuns, key, wish);
      if (answer.acquired) {
        epoch = answer.epoch ?? 0;
        break;
      }
      await journal.progress('LOCK', `Waiting for ${answer.holder}, which changes ${key.cluster} (${answer.reason})`);
      if (clock.now() > until)
        throw new Error(
          `Cluster ${key.cluster} in ${key.region} stayed locked by ${answer.holder} (${answer.reason}).`,
        );
      await pause(clock, LOCK_POLL_MS, signal);
    }
  } else {
    const wrong = await checkLock(db.pool, key, { holder, epoch }, LOCK_TTL_MS);
    // A resumed operation finishes what it began: its lock may have run out while nobody renewed it.
    if (wrong) {
      const again = await takeLock(db, parts.stillRuns, key, {
        holder,
        reason: `${entry.operation}, resumed`,
        ttlMs: LOCK_TTL_MS,
      });
      if (!again.acquired) throw new Error(`Refused: ${wrong}`);
      epoch = again.epoch ?? 0;
    }
  }
  return {
    keep(onLost) {
      let cancel = () => {};
      const renew = async () => {
        const wrong = await checkLock(db.pool, key, { holder, epoch }, LOCK_TTL_MS);
        if (wrong) onLost(wrong);
      };
      const arm = () => {
        cancel = clock.after(
          LOCK_TTL_MS / 4,
          () =>
            void renew()
              .catch(() => {})
              .finally(arm),
        );
      };
      arm();
      return () => cancel();
    },
    release: async () => {
      if (own) await freeLock(parts.db, parts.outbox, key, holder);
    },
  };
}

/** What was touched is shown as it is now before anybody hears that the operation has ended. */
async function refreshTouched(
  parts: RunnerParts,
  journal: Journal,
  accepted: readonly Accepted[],
  frames: readonly RunFrame[],
): Promise<void> {
  for (const entry of new Set(accepted.map((a) => a.account))) {
    const refs = frames.flatMap((frame) => [...frame.touched.values()]);
    try {
      await parts.inventory.refresh(entry, refs);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await journal.progress('REFRESH', `The view could not be refreshed (${message}); the watcher does it`);
    }
    parts.inventory.poke(entry);
  }
}

async function finish(
  parts: RunnerParts,
  operation: ClaimedOperation,
  journal: Journal,
  accepted: readonly Accepted[],
  frames: readonly RunFrame[],
  results: readonly JsonObject[],
  failure: Reason | null,
  leftovers: Ended['leftovers'],
): Promise<void> {
  const { db, outbox } = parts;
  await journal.progress(failure ? 'FAILED' : 'DONE', failure ? failure.summary : 'Done');
  const resultObjects = failure
    ? [...results, { type: 'EXCEPTION', message: failure.summary, ...failure.evidence }]
    : results;
  const left = await leftState(db.pool, accepted, frames);
  await inTransaction(db, async (client) => {
    const { rowCount } = await client.query(
      `update clouddriver.operations set status = $4, reason = $5::jsonb, results = $6::jsonb, ended_at = clock_timestamp(),
         lease_until = null, leftovers = $7::jsonb, left_state = $8::jsonb
       where id = $1 and owner = $2 and epoch = $3 and ended_at is null`,
      [
        operation.id,
        operation.claim.owner,
        operation.claim.epoch,
        failure ? 'FAILED' : 'SUCCEEDED',
        failure ? JSON.stringify(failure) : null,
        JSON.stringify(resultObjects),
        JSON.stringify(leftovers),
        JSON.stringify(left),
      ],
    );
    if (rowCount === 0) throw new ClaimLost(operation.id);
    await settleRecords(client, operation, journal, accepted, leftovers.length > 0);
    await client.query('delete from clouddriver.reservations where operation_id = $1', [operation.id]);
    if (operation.execution_id && operation.stage_id)
      await outbox.enqueue(client, {
        key: `operation:${operation.id}`,
        target: 'orca',
        method: 'POST',
        path: `/pipelines/${operation.execution_id}/stages/${operation.stage_id}/wake`,
        body: {
          executionId: operation.execution_id,
          stageId: operation.stage_id,
          cause: `operation ${operation.id} ${failure ? 'failed' : 'is done'}`,
        },
        trace: operation.trace,
      });
  });
  outbox.poke();
}
