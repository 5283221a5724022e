import { imageSchema } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ResourceRef } from '@gennaker/extension-sdk/cloud';
import { withTraffic } from '@gennaker/extension-sdk/desired-traffic';
import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';
import type { Accounts, OpenAccount } from '../accounts.ts';
import { imageItem, instanceItem, type ItemKey, loadBalancerItem, securityGroupItem, serverGroupItem } from './item.ts';
import { applyLook } from './look.ts';
import type { Nudge } from './nudges.ts';
import { createPlaces } from './places.ts';
import { type LookOutcome, nextWait, PACE, type Pace } from './pace.ts';
import { forgetAccount, putItem, removeItem } from './store.ts';
import { readTraffic } from './traffic.ts';
import { claimWatch, ensureWatch, keepWatch, recordFailure, recordSeen, releaseWatches } from './watches.ts';

/** A read of one group that is asked for again this soon gets the same answer. */
const FRESH_MS = 400;
/** A watch is kept this much longer than until the next look, ms: then another process takes it over. */
const SPARE_MS = 15_000;
/** A look that takes longer is told as a failure, though its answer is still taken, ms. */
const LATE_MS = 45_000;
/** An account that somebody read counts as watched for this long, ms: a page stays open a while after it was read. */
const WATCHED_MS = 10 * 60_000;
/** Other processes are told of readers this often at most, ms. */
const TELL_MS = 30_000;
/** So many looks begin at once, and each counts for so long at most, ms: many accounts need no more memory than a few. */
const MOST_LOOKS = 4;
const HOLD_MS = 2_000;
/** What is read though it is old is looked at within this time, ms. */
const SOON_MS = 200;
/** First looks are spread over this long for each account, ms. */
const START_SPREAD_MS = 40;
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
  /** Somebody reads what is known of these accounts: they are looked at more often for a while. */
  watched(accounts: Iterable<string>): void;
  /** Another process told something. */
  heard(account: string, what: Nudge['what']): void;
  close(): Promise<void>;
}

interface Watch {
  readonly open: OpenAccount;
  wait: number;
  /** Epoch ms at which the last look ended; 0 before the first. */
  looked: number;
  /** Epoch ms until which somebody reads the account. */
  watchedUntil: number;
  /** Epoch ms at which other processes were last told that it is read. */
  told: number;
  cancel: () => void;
  failing: boolean;
}

/**
 * Starts a watcher of every account, also of those that come later. Each goes by itself: one that is slow or fails
 * delays no other. Several processes share the work: one of them looks at an account at a time.
 */
export function startInventory(options: {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly owner: string;
  readonly log: Logger;
  readonly pace?: Pace;
  /** Tells the other processes what concerns whoever watches the account. */
  readonly tell?: (account: string, what: Nudge['what']) => void;
}): Inventory {
  const { db, accounts, clock, owner, log } = options;
  const pace = options.pace ?? PACE;
  const running = new Map<string, Promise<LookOutcome>>();
  const queued = new Map<string, Promise<LookOutcome>>();
  const single = new Map<string, { at: number; answer: Promise<ServerGroup | null> }>();
  const watches = new Map<string, Watch>();
  let closed = false;

  const look = async (open: OpenAccount): Promise<LookOutcome> => {
    const name = open.account.name;
    const began = clock.now();
    await ensure(name);
    const first = !(await everSeen(name));
    const snapshot = await open.cloud.inventory.snapshot();
    const { changes, kinds } = await applyLook(db, name, snapshot, began, first, (key) => readOne(open, key));
    await recordSeen(db.pool, name, began, kinds);
    // At the first look all is new, which says nothing of how much happens.
    if (changes > 0 && !first) return 'changed';
    const restless = snapshot.serverGroups.some(
      ({ view }) =>
        view.instances.length !== view.capacity.desired || view.instances.some((i) => i.healthState === 'Starting'),
    );
    return restless ? 'restless' : 'unchanged';
  };

  const ensured = new Set<string>();
  const ensure = async (account: string): Promise<void> => {
    if (ensured.has(account)) return;
    await ensureWatch(db.pool, account);
    ensured.add(account);
  };

  const seen = new Set<string>();
  const everSeen = async (account: string): Promise<boolean> => {
    if (seen.has(account)) return true;
    const { rowCount } = await db.pool.query(
      'select 1 from clouddriver.watches where account = $1 and last_seen is not null',
      [account],
    );
    if (rowCount === 1) seen.add(account);
    return rowCount === 1;
  };

  /** A look that begins now; one that is under way may have missed what the caller asks about, so that the next follows it. */
  const lookAgain = (name: string): Promise<LookOutcome> => {
    const open = accounts.get(name);
    const waiting = queued.get(name);
    if (waiting) return waiting;
    const before = running.get(name);
    const run = (before ?? Promise.resolve('unchanged' as const))
      .catch(() => {})
      .then(() => {
        queued.delete(name);
        running.set(name, run);
        return look(open);
      })
      .then(
        (outcome) => {
          settle(name, outcome);
          return outcome;
        },
        async (error: unknown) => {
          await failed(name, error instanceof Error ? error.message : String(error));
          throw error;
        },
      )
      .finally(() => {
        if (running.get(name) === run) running.delete(name);
      });
    queued.set(name, run);
    return run;
  };

  const settle = (name: string, outcome: LookOutcome): void => {
    const watch = watches.get(name);
    if (!watch) return;
    if (watch.failing) log.info({ account: name }, 'the account answers again');
    watch.failing = false;
    watch.looked = clock.now();
    watch.wait = nextWait(watch.wait, outcome, watch.watchedUntil > clock.now(), pace);
  };

  const failed = async (name: string, reason: string): Promise<void> => {
    const watch = watches.get(name);
    if (!watch || closed) return;
    watch.wait = nextWait(watch.wait, 'failed', watch.watchedUntil > clock.now(), pace);
    if (!watch.failing) log.warn({ account: name, reason }, 'the account does not answer; its view is stale');
    watch.failing = true;
    await recordFailure(db.pool, name, reason, clock.now()).catch(() => {});
  };

  const enter = createPlaces(clock, MOST_LOOKS, HOLD_MS);

  const turn = async (name: string): Promise<void> => {
    const leave = await enter();
    try {
      if (closed) return;
      const watch = watches.get(name);
      if (await claimWatch(db.pool, name, owner, LATE_MS + SPARE_MS)) await lookInTime(name);
      else if (watch) watch.wait = pace.watched;
    } catch {
      // A failed look has been recorded; a database that does not answer is asked again at the next turn.
    } finally {
      leave();
      schedule(name);
    }
  };

  const lookInTime = async (name: string): Promise<void> => {
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(LATE_MS, () => {
      void failed(name, `The cloud has not answered for ${LATE_MS / 1_000} seconds`).then(late.resolve);
    });
    const looked = lookAgain(name);
    looked.catch(() => {});
    try {
      await Promise.race([looked, late.promise]);
    } finally {
      cancel();
    }
  };

  const schedule = (name: string): void => {
    const watch = watches.get(name);
    if (!watch || closed) return;
    watch.cancel();
    const wait = watch.wait * (0.8 + 0.4 * Math.random());
    watch.cancel = clock.after(wait, () => void turn(name));
    if (watch.looked > 0) void keepWatch(db.pool, name, owner, clock.now() + wait, wait + SPARE_MS).catch(() => {});
  };

  const refreshServerGroup = (account: string, region: string, name: string): Promise<ServerGroup | null> => {
    const key = `${account}/${region}/${name}`;
    const known = single.get(key);
    if (known && clock.now() - known.at < FRESH_MS) return known.answer;
    const answer = readGroup(accounts.get(account), region, name);
    if (single.size > 1_000) single.clear();
    single.set(key, { at: clock.now(), answer });
    answer.catch(() => single.delete(key));
    return answer;
  };

  const readGroup = async (open: OpenAccount, region: string, name: string): Promise<ServerGroup | null> => {
    const account = open.account.name;
    const began = clock.now();
    const observed = await open.cloud.inventory.serverGroup(region, name);
    await ensure(account);
    if (!observed) {
      await removeItem(db.pool, { kind: 'serverGroup', account, region, name }, began);
      return null;
    }
    const view = withTraffic(observed, await readTraffic(db.pool, { account, region, name }));
    await putItem(db.pool, serverGroupItem(view), began);
    return { ...view, seenAt: began };
  };

  /** Reads one thing from the cloud, and writes it or forgets it. */
  const readOne = async (open: OpenAccount, key: Omit<ItemKey, 'account'>): Promise<void> => {
    if (key.kind === 'serverGroup') return void (await readGroup(open, key.region, key.name));
    const began = clock.now();
    const { loadBalancers, securityGroups, images } = open.cloud.capabilities;
    const item = await (async () => {
      switch (key.kind) {
        case 'instance': {
          const found = await open.cloud.inventory.instance(key.region, key.name);
          return found && found['serverGroup'] === undefined ? instanceItem(found) : undefined;
        }
        case 'loadBalancer': {
          const found = await loadBalancers?.find(key.region, key.name);
          return found && loadBalancerItem(found);
        }
        case 'securityGroup': {
          const found = await securityGroups?.find(key.region, key.name);
          return found && securityGroupItem(found);
        }
        case 'image': {
          const found = (await images?.find(key.name))?.find((image) => image['imageName'] === key.name);
          return found && imageItem(imageSchema.parse(found));
        }
        default:
          return undefined;
      }
    })();
    const account = open.account.name;
    await ensure(account);
    if (item) await putItem(db.pool, item, began);
    else await removeItem(db.pool, { ...key, account }, began);
  };

  const poke = (name: string): void => {
    const watch = watches.get(name);
    if (!watch || closed) return;
    watch.wait = pace.fastest;
    schedule(name);
  };

  const watched = (name: string): void => {
    const watch = watches.get(name);
    if (!watch || closed) return;
    watch.watchedUntil = clock.now() + WATCHED_MS;
    if (watch.wait <= pace.watched) return;
    // What is old is looked at now; nobody waits for it.
    watch.wait = pace.watched;
    watch.cancel();
    watch.cancel = clock.after(Math.random() * SOON_MS, () => void turn(name));
  };

  const unfollow = (name: string, watch: Watch): void => {
    watch.cancel();
    watches.delete(name);
    seen.delete(name);
    ensured.delete(name);
  };

  /** Watches exactly the accounts that there are. */
  const follow = (): void => {
    if (closed) return;
    const opened = new Map(accounts.all.map((open) => [open.account.name, open]));
    for (const [name, watch] of watches) {
      if (opened.get(name) === watch.open) continue;
      unfollow(name, watch);
      if (accounts.known(name)) continue;
      // What a look under way still writes goes as well.
      void (running.get(name) ?? Promise.resolve())
        .catch(() => {})
        .then(() => (accounts.known(name) ? undefined : forgetAccount(db.pool, name)))
        .catch((error: unknown) => log.warn({ err: error, account: name }, 'a removed account could not be forgotten'));
    }
    for (const [name, open] of opened) {
      if (watches.has(name)) continue;
      const watch: Watch = {
        open,
        wait: pace.watched / 2,
        looked: 0,
        watchedUntil: 0,
        told: 0,
        cancel: () => {},
        failing: false,
      };
      watches.set(name, watch);
      watch.cancel = clock.after(Math.random() * START_SPREAD_MS * opened.size, () => void turn(name));
    }
  };
  follow();
  const stopFollowing = accounts.onChange(follow);

  return {
    refreshServerGroup,
    refreshAccount: async (name) => void (await lookAgain(name)),
    async refresh(account, refs) {
      const open = accounts.get(account);
      for (const ref of refs) {
        single.delete(`${account}/${ref.region}/${ref.name}`);
        await readOne(open, ref);
      }
    },
    poke(account) {
      poke(account);
      options.tell?.(account, 'poke');
    },
    watched(names) {
      for (const name of new Set(names)) {
        const watch = watches.get(name);
        if (watch && clock.now() - watch.told > TELL_MS) {
          watch.told = clock.now();
          options.tell?.(name, 'watched');
        }
        watched(name);
      }
    },
    heard: (account, what) => (what === 'poke' ? poke(account) : watched(account)),
    async close() {
      closed = true;
      stopFollowing();
      for (const watch of watches.values()) watch.cancel();
      await Promise.race([
        Promise.allSettled([...running.values(), ...queued.values()]),
        new Promise((resolve) => clock.after(STOP_MS, () => resolve(undefined))),
      ]);
      await releaseWatches(db.pool, owner).catch(() => {});
    },
  };
}
