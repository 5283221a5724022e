import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';
import { Actor, type ActorParts } from './actor.ts';
import { type Bell, openBell } from './bell.ts';
import { Claims } from './claims.ts';
import { EventFeed } from './event-feed.ts';
import { Sweeper } from './sweeper.ts';
import { Writer } from './writer.ts';
import type { World } from './world.ts';

export interface OrchestratorOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly instance: string;
  readonly world: World;
  readonly log: Logger;
  /** Lease of a claim, ms. */
  readonly leaseMs?: number;
  /** False: no sweeper, everything must come through the bell. */
  readonly sweep?: boolean;
}

/** Counters of one process. */
export interface OrcaStats {
  readonly claimed: number;
  readonly lost: number;
  readonly held: number;
  /** Executions that the sweeper found, by cause: with no faults it finds none. */
  readonly rescues: Readonly<Record<string, number>>;
}

/** Executions that a process works on at once. */
const CAPACITY = 1_000;
const STOP_MS = 5_000;

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
  #stopping = false;
  #claimed = 0;
  #lost = 0;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    const { db, world } = options;
    this.feed = new EventFeed(db);
    this.#claims = new Claims({
      db,
      databaseUrl: options.databaseUrl,
      instance: options.instance,
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      holder: {
        lost: (id) => this.#actors.get(id)?.actor.lose(),
        mail: (id, seq) => this.#actors.get(id)?.actor.mail(seq),
      },
    });
    this.#parts = {
      db,
      claims: this.#claims,
      writer: new Writer(db),
      world,
      committed: (state) => this.announce(state.id),
    };
    this.bell = openBell(
      options.redisUrl,
      {
        rung: (id) => this.ring(id),
        mail: (id, seq) => this.#actors.get(id)?.actor.mail(seq),
        events: () => this.feed.hint(),
      },
      options.log,
    );
    this.#sweeper = new Sweeper(db, (id) => this.ring(id), options.log);
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

  /** Events of an execution were committed: readers here look at once, others are told. */
  announce(executionId: string): void {
    this.feed.hint();
    this.bell.announceEvents(executionId);
  }

  /** Mail was written: to the owner, or, where nobody owns the execution, to whoever hears the bell. */
  mailArrived(executionId: string, seq: number, owner: string | null): void {
    const mine = this.#actors.get(executionId);
    if (mine) {
      mine.actor.mail(seq);
      if (owner !== null) return;
    }
    if (owner !== null) this.bell.announceMail(executionId, seq);
    this.bell.ring(executionId);
  }

  /** Looks at an execution: works on it if it can be claimed. Returns when that is known. */
  async ring(id: string): Promise<void> {
    const known = this.#actors.get(id);
    if (known) return known.actor.ring();
    if (this.#stopping || this.#actors.size >= CAPACITY) return;
    const under = this.#claiming.get(id);
    if (under) return under;
    const claiming = this.#claim(id).finally(() => this.#claiming.delete(id));
    this.#claiming.set(id, claiming);
    return claiming;
  }

  async #claim(id: string): Promise<void> {
    const claim = await this.#claims.take(id);
    if (!claim) return;
    this.#claimed++;
    const actor = new Actor(this.#parts, claim);
    this.#actors.set(id, { actor, done: this.#follow(actor) });
  }

  async #follow(actor: Actor): Promise<void> {
    const { log } = this.#options;
    try {
      const end = await actor.work();
      this.#claims.drop(actor.id);
      this.#actors.delete(actor.id);
      if (end.kind === 'lost') {
        this.#lost++;
        log.warn({ execution: actor.id }, 'the claim of an execution was lost; another process works on it');
      } else if (!end.complete && end.wakeAt !== undefined) {
        const delay = end.wakeAt - this.#options.world.clock.now();
        this.bell.ring(actor.id, Math.max(0, delay), `${actor.id}-${end.epoch}`);
      }
    } catch (error) {
      this.#claims.drop(actor.id);
      this.#actors.delete(actor.id);
      log.error(
        { err: error, execution: actor.id },
        'an execution was set aside; it is taken up again when its lease ends',
      );
    }
  }

  /** Takes nothing new, aborts the runs under way and gives every claim back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#sweeper.stop();
    await Promise.allSettled(this.#claiming.values());
    for (const { actor } of this.#actors.values()) actor.leave();
    const all = Promise.allSettled([...this.#actors.values()].map(({ done }) => done));
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
    await this.bell.close();
    await this.#claims.close();
    this.feed.close();
  }
}
