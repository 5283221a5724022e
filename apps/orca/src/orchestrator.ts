import { isComplete } from '@gennaker/contracts/status';
import { decide } from '@gennaker/engine/decide';
import type { Message } from '@gennaker/engine/messages';
import type { ExecutionState } from '@gennaker/engine/model';
import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';
import { Actor, type ActorParts } from './actor.ts';
import { Alarms } from './alarms.ts';
import { Almanac } from './almanac.ts';
import { type Bell, type BellListener, openBell } from './bell.ts';
import { parentOf } from './children/parents.ts';
import type { Switches } from './claim-thread.ts';
import { type Claim, Claims } from './claims.ts';
import { EventFeed } from './event-feed.ts';
import { noteFailure } from './set-aside.ts';
import type { Begun, Prepared, Started } from './start-part.ts';
import { Sweeper } from './sweeper.ts';
import { engineEnv, type World } from './world.ts';
import { inputOf, Writer } from './writer.ts';

export interface OrchestratorOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly instance: string;
  readonly world: World;
  readonly log: Logger;
  /** Lease of a claim, ms. */
  readonly leaseMs?: number;
  /** False: no sweeper, everything must come through alarms and the bell. */
  readonly sweep?: boolean;
  /** Another doorbell than that on Redis. */
  readonly bell?: (listener: BellListener) => Bell;
  /** Told after each commit that ended an execution. */
  readonly completed?: (state: ExecutionState) => void;
}

/**
 * How PostgreSQL is to treat an engine's connections: its statements always go by the same indexes, and to plan one anew
 * for each commit costs more than the commit. A process that hangs in the middle of a transaction loses it, with the
 * locks on rows that others wait for.
 */
export const ENGINE_SETTINGS: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  enable_seqscan: 'off',
  idle_in_transaction_session_timeout: '3s',
};

/** Counters of one process. */
export interface OrcaStats {
  readonly claimed: number;
  readonly lost: number;
  readonly held: number;
  /** Executions that the sweeper found, by cause: with no faults it finds none. */
  readonly rescues: Readonly<Record<string, number>>;
}

/** Executions that a process works on at once. */
const CAPACITY = 2_000;
const STOP_MS = 5_000;
/** Waits up to this one are in alarms of the process that gave the execution back, ms. */
const ALARM_MS = 60_000;
/** Waits up to this one are in the bell; longer ones are in PostgreSQL alone, where the almanac finds them in time, ms. */
const BELL_MS = 10 * 60_000;

/** The shell around the engine: claims executions, works on them, and gives them back. */
export class Orchestrator {
  readonly feed: EventFeed;
  readonly bell: Bell;
  readonly #options: OrchestratorOptions;
  readonly #claims: Claims;
  readonly #parts: ActorParts;
  readonly #actors = new Map<string, { actor: Actor; done: Promise<void> }>();
  readonly #claiming = new Map<string, Promise<void>>();
  readonly #sweeper: Sweeper;
  readonly #alarms: Alarms;
  readonly #almanac: Almanac;
  /** Executions to look at when the pause of the engine is over. */
  readonly #rested = new Map<string, { readonly at: number; readonly once: string }>();
  #stopping = false;
  #draining = false;
  #paused = false;
  /** No other process is at work that could have readers of the stream. */
  #alone = false;
  #claimed = 0;
  #lost = 0;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    const { db, world, log } = options;
    this.feed = new EventFeed(db.pool);
    this.#claims = new Claims({
      db: db.pool,
      databaseUrl: options.databaseUrl,
      instance: options.instance,
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      holder: {
        lost: (id) => this.#actors.get(id)?.actor.lose(),
        mail: (id, seq) => this.#actors.get(id)?.actor.mail(seq),
        unreadable: (claim, error) => void this.#failed(claim, error),
        switches: (state) => this.#switch(state),
        report: () => ({ held: this.#actors.size, rescues: this.#sweeper.rescues }),
      },
    });
    this.#parts = {
      db: db.pool,
      claims: this.#claims,
      writer: new Writer(db.pool, this.#claims.leaseMs, () =>
        this.#takes() ? { owner: this.#claims.owner, leaseMs: this.#claims.leaseMs } : undefined,
      ),
      world,
      committed: (state) => this.#announce(isComplete(state.status) ? 'end' : 'progress'),
      resting: () => this.#paused || this.#draining,
    };
    const listener: BellListener = {
      rung: (id) => this.ring(id),
      mail: (id, seq) => this.#actors.get(id)?.actor.mail(seq),
      events: () => this.feed.hint(),
    };
    this.bell = options.bell ? options.bell(listener) : openBell(options.redisUrl, listener, log);
    this.#alarms = new Alarms(world.clock, (id) => this.#alarmed(id));
    this.#almanac = new Almanac(db.pool, world.clock, (id, at, once) => {
      if (!this.#alarms.has(id) && !this.#actors.has(id)) this.bell.ring(id, Math.max(1, at - world.clock.now()), once);
    });
    this.#almanac.start();
    this.#sweeper = new Sweeper({
      db: db.pool,
      ring: (id) => this.#ringQuietly(id),
      takes: () => this.#takes(),
      log,
    });
    if (options.sweep !== false) this.#sweeper.start();
  }

  /** Name of this process in claims. */
  get owner(): string {
    return this.#claims.owner;
  }

  stats(): OrcaStats {
    return {
      claimed: this.#claimed,
      lost: this.#lost,
      held: this.#actors.size,
      rescues: { ...this.#sweeper.rescues },
    };
  }

  /** Stores an execution, once per id, key and running correlation id, and sees to it that it begins. */
  async start(prepared: Prepared): Promise<Started> {
    const begun = this.#takes() ? this.#begun(prepared) : undefined;
    const { claimed, at, state, ...started } = await this.#parts.writer.start(
      begun ? { ...prepared, begun } : prepared,
    );
    if (claimed) {
      this.#claims.adopt(started.id, at);
      this.#parts.writer.holds(started.id, started.held ?? []);
      const { trace } = prepared;
      this.#work({ id: started.id, epoch: 1, state, shown: undefined, mailSeq: 0, mailApplied: 0, trace });
    } else if (!prepared.queued) this.bell.ring(started.id);
    if (started.fresh) this.#announce('progress');
    return started;
  }

  /** What beginning an execution at once leads to, where that is known without the database; what fails here fails its actor, which knows what to do. */
  #begun({ state, queued }: Prepared): Begun | undefined {
    if (queued || parentOf(state.trigger)) return undefined;
    const message: Message = { type: 'Start' };
    try {
      const decided = decide(state, message, engineEnv(this.#options.world));
      return decided.state.status === 'RUNNING' ? { ...decided, inputs: [inputOf(message)] } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Events were committed: readers here look at once, others are told. */
  announce(_executionId?: string): void {
    this.#announce('end');
  }

  #announce(kind: 'progress' | 'end'): void {
    this.feed.hint(kind);
    if (!this.#alone) this.bell.announceEvents();
  }

  /** Mail was written: to the owner, or, where nobody owns the execution, to whoever takes it. */
  mailArrived(executionId: string, seq: number, owner: string | null): void {
    const mine = this.#actors.get(executionId);
    if (mine) {
      mine.actor.mail(seq);
      if (owner !== null) return;
    }
    if (owner === null && this.#takes()) return void this.#ringQuietly(executionId);
    if (owner !== null) this.bell.announceMail(executionId, seq);
    this.bell.ring(executionId);
  }

  /** Looks at an execution: works on it if it can be claimed. Returns when that is known. */
  async ring(id: string): Promise<void> {
    const known = this.#actors.get(id);
    if (known) return known.actor.ring();
    if (!this.#takes()) return;
    const under = this.#claiming.get(id);
    if (under) return under;
    const claiming = this.#claim(id).finally(() => this.#claiming.delete(id));
    this.#claiming.set(id, claiming);
    return claiming;
  }

  /** As ring; where the database is away, the sweeper looks again later. */
  #ringQuietly(id: string): Promise<void> {
    return this.ring(id).catch((error: unknown) => {
      this.#options.log.debug(
        { err: error, execution: id },
        'an execution could not be claimed; it is looked at again',
      );
    });
  }

  #takes(): boolean {
    return !this.#stopping && !this.#draining && !this.#paused && this.#actors.size < CAPACITY;
  }

  #switch(state: Switches): void {
    this.#alone = state.alone;
    const rested = this.#draining || this.#paused;
    const rests = state.draining || state.paused;
    this.#draining = state.draining;
    this.#paused = state.paused;
    if (rests === rested) return;
    this.bell.listen(!rests);
    if (rests) for (const { actor } of this.#actors.values()) actor.rest();
    else this.#wakeRested();
  }

  #alarmed(id: string): void {
    if (this.#paused) this.#rested.set(id, { at: this.#options.world.clock.now(), once: `${id}-rested` });
    else void this.#ringQuietly(id);
  }

  /** The pause is over: what this process gave back for it, and what became due meanwhile, goes on. */
  #wakeRested(): void {
    const rested = [...this.#rested];
    this.#rested.clear();
    for (const [id, { at, once }] of rested) this.#ringAt(id, at, once);
  }

  async #claim(id: string): Promise<void> {
    const claim = await this.#claims.take(id);
    if (claim) this.#work(claim);
  }

  #work(claim: Claim): void {
    this.#claimed++;
    const actor = new Actor(this.#parts, claim);
    this.#actors.set(claim.id, { actor, done: this.#follow(actor, claim) });
    if (this.#stopping) actor.leave();
    else if (this.#draining || this.#paused) actor.rest();
  }

  async #follow(actor: Actor, claim: Claim): Promise<void> {
    try {
      const end = await actor.work();
      this.#forget(actor.id);
      if (end.kind === 'lost') {
        this.#lost++;
        this.#options.log.warn(
          { execution: actor.id },
          'the claim of an execution was lost; another process works on it',
        );
      } else if (end.complete) this.#options.completed?.(actor.state);
      else if (end.wakeAt !== undefined) this.#ringAt(actor.id, end.wakeAt, `${actor.id}-${end.epoch}`);
    } catch (error) {
      this.#forget(actor.id);
      await this.#failed({ id: claim.id, owner: this.#claims.owner, epoch: claim.epoch }, error);
    }
  }

  #forget(id: string): void {
    this.#claims.drop(id);
    this.#parts.writer.forget(id);
    this.#actors.delete(id);
  }

  /** Somebody looks at an execution at a time: this process for near ones, whoever hears the bell for others. */
  #ringAt(id: string, at: number, once: string): void {
    const delay = at - this.#options.world.clock.now();
    if (delay > BELL_MS) return;
    if (this.#paused) return void this.#rested.set(id, { at, once });
    if (delay <= ALARM_MS && this.#takes() && this.#alarms.set(id, at)) return;
    this.bell.ring(id, Math.max(0, delay), once);
  }

  /** An execution failed the engine itself: it is tried again later, and at last set aside. */
  async #failed(
    claim: { readonly id: string; readonly owner: string; readonly epoch: number },
    error: unknown,
  ): Promise<void> {
    const { db, log } = this.#options;
    const aside = await noteFailure(db.pool, claim, error).catch(() => undefined);
    log.error(
      { err: error, execution: claim.id },
      aside
        ? 'an execution failed the engine several times and was set aside'
        : 'an execution failed the engine; it is tried again',
    );
  }

  /** Takes nothing new, aborts the runs under way and gives every claim back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#sweeper.stop();
    this.#almanac.close();
    this.#alarms.close();
    await Promise.allSettled(this.#claiming.values());
    for (const { actor } of this.#actors.values()) actor.leave();
    const all = Promise.allSettled([...this.#actors.values()].map(({ done }) => done));
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
    await this.bell.close();
    await this.#claims.close();
    this.feed.close();
  }
}
