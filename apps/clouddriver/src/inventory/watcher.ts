import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ResourceRef } from '@gennaker/extension-sdk/cloud';
import type { Clock } from '@gennaker/service/clock';
import type { Logger } from 'pino';
import type { Database } from '@gennaker/store/database';
import type { Accounts, OpenAccount } from '../accounts.ts';
import { knownItems, markStale, putLoadBalancer, putServerGroup, removeItem, unseen } from './store.ts';

/** Times of the watcher, ms. */
export interface WatcherTimes {
  /** Between looks while something changes. */
  readonly fastest: number;
  /** Between looks while nothing does. */
  readonly slowest: number;
}
const TIMES: WatcherTimes = { fastest: 2_000, slowest: 15_000 };
const BACK_OFF = 1.5;
/** A read of one group that is asked for again this soon gets the same answer. */
const FRESH_MS = 400;
const LEASE_MS = 60_000;
/** A look that hangs in an unreachable cloud does not hold up a stop for longer. */
const STOP_MS = 2_000;

/** Keeps the inventory true. */
export interface Inventory {
  /** Reads one thing from the cloud now and writes it; null when it does not exist. */
  refreshServerGroup(account: string, region: string, name: string): Promise<ServerGroup | null>;
  /** Reads what an operation touched. */
  refresh(account: string, refs: readonly ResourceRef[]): Promise<void>;
  /** Reads everything of an account now. */
  refreshAccount(account: string): Promise<void>;
  /** Looks again soon: something changes. */
  poke(account: string): void;
  close(): Promise<void>;
}

/** Starts a watcher of every account. Several processes share the work: one of them looks at an account at a time. */
export function startInventory(options: {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly owner: string;
  readonly log: Logger;
  readonly times?: WatcherTimes;
}): Inventory {
  const { db, accounts, clock, log } = options;
  const times = options.times ?? TIMES;
  const running = new Map<string, Promise<void>>();
  const queued = new Map<string, Promise<void>>();
  const single = new Map<string, { at: number; answer: Promise<ServerGroup | null> }>();
  const watches = new Map<string, { wait: number; cancel: () => void; failing: boolean }>();
  let closed = false;

  const look = async (open: OpenAccount): Promise<boolean> => {
    const name = open.account.name;
    const began = clock.now();
    const snapshot = await open.cloud.inventory.snapshot();
    const before = await fingerprint(name);
    const known = await knownItems(db.pool, name);
    for (const group of snapshot.serverGroups) {
      // One that is new here may have been destroyed while the lists were read: only a read of its own tells.
      if (!known || known.has(`serverGroup/${group.view.region}/${group.view.name}`))
        await putServerGroup(db, group, began);
      else await readGroup(name, group.view.region, group.view.name);
    }
    for (const balancer of snapshot.loadBalancers) {
      if (!known || known.has(`loadBalancer/${balancer.region}/${balancer.name}`))
        await putLoadBalancer(db, balancer, began);
      else await readBalancer(name, balancer.region, balancer.name);
    }
    for (const gone of await unseen(db.pool, name, began)) await removeItem(db.pool, gone, began);
    await db.pool.query(
      `insert into clouddriver.watches(account, last_seen) values ($1, to_timestamp($2::double precision / 1000))
       on conflict (account) do update set last_seen = excluded.last_seen, error = null`,
      [name, began],
    );
    const restless = snapshot.serverGroups.some(
      ({ view }) =>
        view.instances.length !== view.capacity.desired || view.instances.some((i) => i.healthState === 'Starting'),
    );
    return restless || before !== (await fingerprint(name));
  };

  const fingerprint = async (account: string): Promise<string> => {
    const { rows } = await db.pool.query<{ all: string | null }>(
      `select md5(string_agg(hash, '' order by kind, region, name)) as all from clouddriver.inventory where account = $1`,
      [account],
    );
    return rows[0]?.all ?? '';
  };

  /** A look that begins now; one that is under way may have missed what the caller asks about, so that the next follows it. */
  const refreshAccount = (name: string): Promise<void> => {
    const open = accounts.get(name);
    const waiting = queued.get(name);
    if (waiting) return waiting;
    const before = running.get(name);
    const run = (before ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        queued.delete(name);
        running.set(name, run);
        return look(open);
      })
      .then((changed) => settle(name, changed))
      .finally(() => {
        if (running.get(name) === run) running.delete(name);
      });
    queued.set(name, run);
    return run;
  };

  const settle = (name: string, changed: boolean): void => {
    const watch = watches.get(name);
    if (!watch) return;
    if (watch.failing) log.info({ account: name }, 'the account answers again');
    watch.failing = false;
    watch.wait = changed ? times.fastest : Math.min(watch.wait * BACK_OFF, times.slowest);
  };

  const turn = async (open: OpenAccount): Promise<void> => {
    const name = open.account.name;
    try {
      if (await claim(name)) await refreshAccount(name);
    } catch (error) {
      const watch = watches.get(name);
      if (watch) watch.wait = Math.min(watch.wait * BACK_OFF, times.slowest);
      if (closed) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (watch && !watch.failing)
        log.warn({ account: name, reason }, 'the account does not answer; its view is stale');
      if (watch) watch.failing = true;
      await markStale(db.pool, name).catch(() => {});
      await db.pool
        .query('update clouddriver.watches set error = $2 where account = $1', [name, reason])
        .catch(() => {});
    } finally {
      schedule(open);
    }
  };

  const claim = async (account: string): Promise<boolean> => {
    const { rowCount } = await db.pool.query(
      `insert into clouddriver.watches(account, owner, lease_until) values ($1, $2, now() + make_interval(secs => $3))
       on conflict (account) do update set owner = excluded.owner, lease_until = excluded.lease_until
       where clouddriver.watches.owner = excluded.owner or clouddriver.watches.lease_until is null
         or clouddriver.watches.lease_until < now()`,
      [account, options.owner, LEASE_MS / 1_000],
    );
    return rowCount === 1;
  };

  const schedule = (open: OpenAccount): void => {
    const watch = watches.get(open.account.name);
    if (!watch || closed) return;
    watch.cancel();
    watch.cancel = clock.after(watch.wait * (0.8 + 0.4 * Math.random()), () => void turn(open));
  };

  const refreshServerGroup = (account: string, region: string, name: string): Promise<ServerGroup | null> => {
    const key = `${account}/${region}/${name}`;
    const known = single.get(key);
    if (known && clock.now() - known.at < FRESH_MS) return known.answer;
    const answer = readGroup(account, region, name);
    if (single.size > 1_000) single.clear();
    single.set(key, { at: clock.now(), answer });
    answer.catch(() => single.delete(key));
    return answer;
  };

  const readGroup = async (account: string, region: string, name: string): Promise<ServerGroup | null> => {
    const began = clock.now();
    const observed = await accounts.get(account).cloud.inventory.serverGroup(region, name);
    if (observed) return putServerGroup(db, observed, began);
    await removeItem(db.pool, { kind: 'serverGroup', account, region, name }, began);
    return null;
  };

  const readBalancer = async (account: string, region: string, name: string): Promise<void> => {
    const began = clock.now();
    const found = await accounts.get(account).cloud.capabilities.loadBalancers?.find(region, name);
    if (found) await putLoadBalancer(db, found, began);
    else await removeItem(db.pool, { kind: 'loadBalancer', account, region, name }, began);
  };

  for (const open of accounts.all) {
    watches.set(open.account.name, { wait: times.fastest, cancel: () => {}, failing: false });
    void turn(open);
  }

  return {
    refreshServerGroup,
    refreshAccount,
    async refresh(account, refs) {
      for (const ref of refs) {
        if (ref.kind === 'serverGroup') {
          single.delete(`${account}/${ref.region}/${ref.name}`);
          await readGroup(account, ref.region, ref.name);
          continue;
        }
        await readBalancer(account, ref.region, ref.name);
      }
    },
    poke(account) {
      const watch = watches.get(account);
      const open = accounts.all.find((candidate) => candidate.account.name === account);
      if (!watch || !open || closed) return;
      watch.wait = times.fastest;
      schedule(open);
    },
    async close() {
      closed = true;
      for (const watch of watches.values()) watch.cancel();
      await Promise.race([
        Promise.allSettled([...running.values(), ...queued.values()]),
        new Promise((resolve) => clock.after(STOP_MS, () => resolve(undefined))),
      ]);
      await db.pool
        .query('update clouddriver.watches set lease_until = null where owner = $1', [options.owner])
        .catch(() => {});
    },
  };
}
