import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';
import { type Accounts, cloudAccount } from '../accounts.ts';
import { readAdded } from './stored.ts';

/** Added accounts are read again this often, should a notice be lost, ms. */
const AGAIN_MS = 10_000;

/** Keeps the accounts of this process those that were added. */
export interface AddedAccounts {
  /** Uses what is added as of now. */
  reload(): Promise<void>;
  close(): void;
}

/** Reads the added accounts at each reload, and now and then. */
export function followAdded(parts: {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Logger;
}): AddedAccounts {
  const { db, accounts, clock, log } = parts;
  let closed = false;
  let cancel = () => {};
  let loading: Promise<void> | undefined;
  let again = false;

  const load = async (): Promise<void> => {
    // One reading at a time, so that an older one never has the last word.
    while (again && !closed) {
      again = false;
      const added = await readAdded(db.pool);
      accounts.setAdded(added.map(({ definition }) => cloudAccount(definition)));
    }
  };
  const reload = (): Promise<void> => {
    again = true;
    loading ??= load().finally(() => {
      loading = undefined;
      cancel();
      if (!closed) cancel = clock.after(AGAIN_MS, now);
    });
    return loading;
  };
  const now = (): void =>
    void reload().catch((error: unknown) => {
      if (!closed) log.warn({ err: error }, 'added accounts cannot be read; those known are used');
    });
  return {
    reload,
    close() {
      closed = true;
      cancel();
    },
  };
}
