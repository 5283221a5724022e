import { claimOperations, giveBack, LEASE_MS, RENEW_MS, renewClaim, type ClaimedOperation } from './claims.ts';
import { runOperation, type RunnerParts } from './run.ts';

/** Looks for operations whose owner died this often, ms; a submit pokes at once. */
const SWEEP_MS = 1_000;
const CAPACITY = 16;
/** A call that hangs in an unreachable cloud does not hold up a stop for longer, ms. */
const STOP_MS = 3_000;

/** Runs accepted operations. */
export interface Worker {
  /** Something was accepted: look now. */
  poke(): void;
  /** Stops claiming; gives what runs back, for another process to go on. */
  close(): Promise<void>;
}

/** Starts a worker. Any number of them share the table; each operation has one owner at a time. */
export function startWorker(parts: RunnerParts & { readonly owner: string }): Worker {
  const { db, clock, log, owner } = parts;
  const running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  let looking: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let cancelSweep = () => {};

  const look = async (): Promise<void> => {
    do {
      again = false;
      const free = CAPACITY - running.size;
      if (free <= 0 || closed) return;
      const claimed = await claimOperations(db, owner, free);
      for (const operation of claimed) start(operation);
      if (claimed.length === free) again = true;
    } while (again && !closed);
  };

  const start = (operation: ClaimedOperation): void => {
    const abort = new AbortController();
    const done = run(operation, abort)
      .catch((error: unknown) => log.error({ err: error, operation: operation.id }, 'an operation could not be run'))
      .finally(() => {
        running.delete(operation.id);
        poke();
      });
    running.set(operation.id, { abort, done });
  };

  const run = async (operation: ClaimedOperation, abort: AbortController): Promise<void> => {
    let renewed = clock.now();
    let cancel = () => {};
    const renew = async (): Promise<void> => {
      try {
        if (await renewClaim(db, operation.claim)) renewed = clock.now();
        else abort.abort(new Error('another process took the operation over'));
      } catch {
        if (clock.now() - renewed > LEASE_MS) abort.abort(new Error('the database does not answer'));
      }
      if (!abort.signal.aborted) cancel = clock.after(RENEW_MS, () => void renew());
    };
    cancel = clock.after(RENEW_MS, () => void renew());
    try {
      await runOperation(parts, operation, abort.signal);
    } finally {
      cancel();
      if (abort.signal.aborted) await giveBack(db, operation.claim).catch(() => {});
    }
  };

  const poke = (): void => {
    if (closed) return;
    again = true;
    looking ??= look()
      .catch((error: unknown) => log.warn({ err: error }, 'operations cannot be claimed; trying again'))
      .finally(() => {
        looking = undefined;
        // Poked between the last look and here.
        if (again && !closed) poke();
      });
  };

  const sweep = (): void => {
    poke();
    cancelSweep = clock.after(SWEEP_MS, sweep);
  };
  sweep();

  return {
    poke,
    async close() {
      closed = true;
      cancelSweep();
      await looking;
      const open = [...running.values()];
      for (const entry of open) entry.abort.abort(new Error('this process stops'));
      await Promise.race([
        Promise.all(open.map((entry) => entry.done)),
        new Promise((resolve) => clock.after(STOP_MS, () => resolve(undefined))),
      ]);
    },
  };
}
