import type { orcaApi } from '@gennaker/contracts/orca';
import { ServiceError } from '@gennaker/contracts/error';
import { isComplete } from '@gennaker/contracts/status';
import type { Client } from '@gennaker/contracts/route';
import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';
import type { Accounts } from '../accounts.ts';
import type { Inventory } from '../inventory/watcher.ts';
import { submit } from '../operations/submit.ts';
import { endHold, type HoldRow, openHolds } from './records.ts';
import { undoOf } from './release.ts';

/** How often it looks whether the executions that hold something still run, ms; orca tells most ends at once. */
const LOOK_MS = 5_000;
const AGAIN_MS = 10_000;
const LONGEST_MS = 5 * 60_000;

/** What the keeper works with. */
export interface KeeperParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly inventory: Pick<Inventory, 'refreshServerGroup'>;
  readonly orca: Pick<Client<typeof orcaApi>, 'getExecution'>;
  readonly worker: { poke(): void };
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Sees to it that no hold outlives its execution. */
export interface HoldKeeper {
  /** An execution may have ended: look now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the keeper. Any number of processes may have one: a release is the same operation for all of them. */
export function keepHolds(parts: KeeperParts): HoldKeeper {
  const { clock, log } = parts;
  let closed = false;
  let looking: Promise<void> | undefined;
  let again = false;
  let cancel = (): void => {};

  const look = (): Promise<void> => {
    again = true;
    looking ??= (async () => {
      while (again && !closed) {
        again = false;
        await lookOnce(parts);
      }
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'holds cannot be looked after; trying again'))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const arm = (): void => {
    if (!closed) cancel = clock.after(LOOK_MS, () => void look().finally(arm));
  };
  arm();
  return {
    look,
    async close() {
      closed = true;
      cancel();
      await looking;
    },
  };
}

async function lookOnce(parts: KeeperParts): Promise<void> {
  const holds = (await openHolds(parts.db.pool)).filter((hold) => hold.undo !== null);
  await followReleases(parts, holds);
  const ended = new Map<string, boolean>();
  for (const hold of await dueHolds(parts.db)) {
    const { execution_id: execution } = hold;
    if (execution === null) continue;
    if (!ended.has(execution)) ended.set(execution, await hasEnded(parts, execution));
    if (ended.get(execution)) await release(parts, hold);
  }
}

/** Holds that nobody releases now, of which a try is due. */
async function dueHolds(db: Database): Promise<HoldRow[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    `select h.id from clouddriver.holds h
     where h.ended_at is null and h.undo is not null and h.execution_id is not null and h.release_operation is null
       and (h.next_try is null or h.next_try <= clock_timestamp())
       and not exists (select 1 from clouddriver.operations o where o.execution_id = h.execution_id and o.ended_at is null)`,
  );
  const due = new Set(rows.map(({ id }) => id));
  return (await openHolds(db.pool)).filter((hold) => due.has(hold.id));
}

/** An execution that orca does not know (any more) has ended; one that cannot be asked about has not. */
async function hasEnded({ orca, log }: KeeperParts, id: string): Promise<boolean> {
  try {
    const { status } = await orca.getExecution({ params: { id } });
    return isComplete(status);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return true;
    log.warn({ err: error, execution: id }, 'whether an execution that holds something has ended is not known');
    return false;
  }
}

/**
 * Undoes a hold by an operation of its own, under the cluster's lock as any other. What it held may be gone.
 * @throws Error when the database is away
 */
export async function release(parts: KeeperParts, hold: HoldRow, by?: string): Promise<string | null> {
  const { db, accounts, inventory, worker, log } = parts;
  try {
    if ((await inventory.refreshServerGroup(hold.account, hold.region, hold.server_group)) === null) {
      await endHold(db.pool, hold.id, 'gone');
      return null;
    }
    const { id } = await submit(db, accounts, {
      provider: hold.provider,
      key: `hold:${hold.id}:${hold.tries}`,
      descriptions: undoOf(hold),
      user: by ?? hold.user,
      traceparent: '',
      executionId: hold.execution_id ?? undefined,
      stageId: undefined,
    });
    await db.pool.query(
      'update clouddriver.holds set release_operation = $2, problem = null where id = $1 and ended_at is null',
      [hold.id, id],
    );
    worker.poke();
    return id;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, hold: hold.id }, 'a hold cannot be released; trying again');
    await failed(db, hold, message);
    return null;
  }
}

/** Releases that came to nothing are tried again, later each time. */
async function followReleases({ db }: KeeperParts, holds: readonly HoldRow[]): Promise<void> {
  for (const hold of holds) {
    if (hold.release_operation === null) continue;
    const { rows } = await db.pool.query<{ status: string; summary: string | null }>(
      `select status, reason ->> 'summary' as summary from clouddriver.operations where id = $1 and ended_at is not null`,
      [hold.release_operation],
    );
    if (rows[0]?.status === 'FAILED') await failed(db, hold, rows[0].summary ?? 'its release failed');
  }
}

async function failed(db: Database, hold: HoldRow, problem: string): Promise<void> {
  const wait = Math.min(AGAIN_MS * 2 ** hold.tries, LONGEST_MS);
  await db.pool.query(
    `update clouddriver.holds set tries = tries + 1, release_operation = null, problem = $2,
       next_try = clock_timestamp() + make_interval(secs => $3)
     where id = $1 and ended_at is null and tries = $4`,
    [hold.id, problem, wait / 1_000, hold.tries],
  );
}
