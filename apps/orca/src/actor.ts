import { isComplete } from '@gennaker/contracts/status';
import { decide } from '@gennaker/engine/decide';
import { nextWake, taskDeadline } from '@gennaker/engine/decide/timers';
import type { EngineEvent } from '@gennaker/engine/events';
import { type Effect, effectKey, type Message, type RunResult } from '@gennaker/engine/messages';
import type { ExecutionState, Json, StageState } from '@gennaker/engine/model';
import { cleanUpTask, lookUpFor, runTask } from '@gennaker/engine/run-task';
import { steadyMs } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';
import { parentSpokenOf } from './children/parents.ts';
import type { Claim, Claims } from './claims.ts';
import { readMail } from './mailbox.ts';
import { storable } from './storable.ts';
import { resultApart, storeContents } from './stored-artifacts.ts';
import type { Outcome, StageChanges, Transition } from './transition.ts';
import { inputOf, isRefusedByData, type Writer } from './writer.ts';
import { engineEnv, taskWorld, type World } from './world.ts';

/** What an actor works with. */
export interface ActorParts {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly writer: Writer;
  readonly world: World;
  /** Told after each commit that had events, so that readers of the stream look. */
  committed(state: ExecutionState): void;
  /** True while the whole engine rests: nothing is begun. */
  resting(): boolean;
}

/** How an actor's work ended. `wakeAt`: when to ring again. */
export type ActorEnd =
  | {
      readonly kind: 'released';
      readonly wakeAt: number | undefined;
      readonly complete: boolean;
      readonly epoch: number;
    }
  | { readonly kind: 'lost' };

/** A wait that is shorter than this is waited out in process, with the claim held. */
const HOLD_MS = 1_500;
/**
 * Transitions that the rows may be behind while the claim is held. The history is the truth: each step writes only that,
 * and readers add it to the rows.
 */
const MOST_BEHIND = 40;
/** Longest single run of a task. */
const RUN_MS = 10 * 60_000;

interface Letter {
  readonly message: Message;
  readonly trace: string;
  /** The actor's own attempt to begin: an execution that waits for a slot begins by mail alone. */
  readonly attempt?: boolean;
}

interface Flight {
  readonly run: string;
  readonly abort: AbortController;
  /** It was told to end; what it answers counts no more. */
  ended: boolean;
  /** Settles when nothing of the run is under way any more. */
  done: Promise<unknown>;
}

/** Works on one claimed execution, step by step, each committed before the next begins, until it waits for the outside. */
export class Actor {
  readonly id: string;
  readonly #parts: ActorParts;
  readonly #claim: Claim;
  readonly #queue: Letter[] = [];
  /** Runs and clean-ups under way, by task key. */
  readonly #flights = new Map<string, Flight>();
  #state: ExecutionState;
  /** What of it the rows show, and how many transitions they are behind. */
  #shown: ExecutionState | undefined;
  #behind = 0;
  /** The parent, where expressions speak of it. */
  #parent: Json | undefined;
  #mailSeq: number;
  #mailApplied: number;
  #knock: (() => void) | undefined;
  /** Times up to this one were asked about; what they started is under way. */
  #tickedAt = -Infinity;
  #lost = false;
  #leaving = false;
  #resting = false;

  constructor(parts: ActorParts, claim: Claim) {
    this.#parts = parts;
    this.#claim = claim;
    this.id = claim.id;
    this.#state = claim.state;
    this.#shown = claim.shown;
    this.#mailSeq = claim.mailSeq;
    this.#mailApplied = claim.mailApplied;
  }

  /** The execution as it was last committed. */
  get state(): ExecutionState {
    return this.#state;
  }

  /** Mail up to this number is in the mailbox. */
  mail(seq: number): void {
    if (seq <= this.#mailSeq) return;
    this.#mailSeq = seq;
    this.#wake();
  }

  /** Time has passed. */
  ring(): void {
    this.#post({ type: 'Tick' }, this.#claim.trace);
  }

  /** The claim is gone: whatever is under way is aborted and nothing more is written. */
  lose(): void {
    this.#lost = true;
    this.#abortAll('the claim of the execution was lost');
    this.#wake();
  }

  /** The process ends: runs under way are aborted (they are run again elsewhere with the same key) and the claim is given back. */
  leave(): void {
    this.#leaving = true;
    this.#abortAll('orca is stopping');
    this.#wake();
  }

  /** The claim is given back at the next step; a run under way is let end first. */
  rest(): void {
    this.#resting = true;
    this.#wake();
  }

  /** Works until the claim is given back or lost. */
  async work(): Promise<ActorEnd> {
    const fresh = this.#state.status === 'NOT_STARTED';
    this.#queue.push({ message: { type: fresh ? 'Start' : 'Tick' }, trace: this.#claim.trace, attempt: fresh });
    try {
      const spoken = await this.#patiently(async () => ({ of: await parentSpokenOf(this.#parts.db, this.#state) }));
      if (!spoken) return { kind: 'lost' };
      this.#parent = spoken.of;
      for (;;) {
        const end = await this.#turn();
        if (end) return end;
      }
    } finally {
      this.#abortAll('the execution is not worked on here any more');
    }
  }

  async #turn(): Promise<ActorEnd | undefined> {
    if (this.#lost) return { kind: 'lost' };
    const letters = await this.#letters();
    if (!letters) return { kind: 'lost' };
    const decided = this.#decide(letters.list);
    const { state } = decided;
    const complete = isComplete(state.status);
    const rests = this.#leaving || this.#resting || this.#parts.resting();
    const effects = decided.effects.filter(
      (effect) => isStill(state, effect) && (!rests || effect.type === 'AbortRun'),
    );
    const wakeAt = this.#wakeAt(state);
    const idle = effects.every((effect) => this.#known(effect)) && this.#flights.size === 0;
    const now = this.#parts.world.clock.now();
    const release = complete || this.#leaving || (idle && (rests || wakeAt === undefined || wakeAt - now > HOLD_MS));
    if (decided.events.length > 0 || letters.applied !== this.#mailApplied || release) {
      const rows = release || this.#behind >= MOST_BEHIND ? changes(this.#shown, state) : undefined;
      const outcome = await this.#commit({
        owner: this.#parts.claims.owner,
        epoch: this.#claim.epoch,
        from: this.#state.version,
        state,
        events: decided.events,
        inputs: decided.inputs,
        trace: decided.trace,
        rows,
        mailApplied: letters.applied,
        wakeAt,
        release,
      });
      if (outcome.kind === 'fenced') return { kind: 'lost' };
      this.#state = state;
      if (rows) this.#shown = state;
      this.#behind = rows ? 0 : this.#behind + 1;
      this.#mailApplied = letters.applied;
      this.#mailSeq = Math.max(this.#mailSeq, outcome.mailSeq);
      if (decided.events.length > 0 || complete) this.#parts.committed(state);
      if (outcome.released) return { kind: 'released', wakeAt, complete, epoch: this.#claim.epoch };
    }
    for (const effect of effects) this.#perform(effect);
    await this.#next(wakeAt);
    return undefined;
  }

  /** Takes what is queued, and the mail that is announced. Undefined: the claim has ended meanwhile. */
  async #letters(): Promise<{ list: Letter[]; applied: number } | undefined> {
    const mail =
      this.#mailSeq > this.#mailApplied
        ? await this.#patiently(() => readMail(this.#parts.db, this.id, this.#mailApplied))
        : [];
    if (!mail) return undefined;
    return {
      list: [...mail, ...this.#queue.splice(0)],
      applied: mail.at(-1)?.seq ?? this.#mailApplied,
    };
  }

  #decide(letters: readonly Letter[]): {
    state: ExecutionState;
    events: EngineEvent[];
    effects: Effect[];
    inputs: unknown[];
    trace: string;
  } {
    let state = this.#state;
    let trace = this.#claim.trace;
    const events: EngineEvent[] = [];
    const effects: Effect[] = [];
    const inputs: unknown[] = [];
    const env = engineEnv(this.#parts.world, this.#parent);
    for (const letter of letters) {
      if (letter.attempt && isQueued(state)) continue;
      if (letter.message.type === 'Tick') this.#tickedAt = env.now;
      const decision = decide(state, letter.message, env, state !== this.#state);
      state = decision.state;
      effects.push(...decision.effects);
      if (decision.events.length === 0) continue;
      events.push(...decision.events);
      inputs.push(inputOf(letter.message));
      if (letter.trace) trace = letter.trace;
    }
    return { state, events, effects, inputs, trace };
  }

  /** When the row is due: at once while something runs, so that a lost owner is noticed; otherwise by the engine's timers. */
  #wakeAt(state: ExecutionState): number | undefined {
    if (isComplete(state.status)) return undefined;
    const now = this.#parts.world.clock.now();
    const due = Object.values(state.stages).some((stage) =>
      stage.tasks.some(
        (task) =>
          task.cleanup ||
          (state.status === 'RUNNING' && stage.status === 'RUNNING' && task.status === 'RUNNING' && !task.waiting),
      ),
    );
    return due || (state.status === 'NOT_STARTED' && !isQueued(state)) ? now : nextWake(state);
  }

  async #commit(transition: Transition): Promise<Outcome> {
    const outcome = await this.#patiently(async () => {
      const at = steadyMs();
      const written = await this.#parts.writer.commit(transition);
      this.#parts.claims.renewed(this.id, at);
      return written;
    });
    return outcome ?? { kind: 'fenced' };
  }

  /** Does what needs the database; where that is away, again for as long as the lease surely holds. Undefined: it does no more. */
  async #patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pause = 50; ; pause = Math.min(pause * 2, 500)) {
      try {
        return await work();
      } catch (error) {
        if (isRefusedByData(error)) throw error;
        if (this.#lost || this.#parts.claims.expired(this.id)) return undefined;
        await new Promise<void>((resolve) => void setTimeout(resolve, pause));
      }
    }
  }

  #perform(effect: Effect): void {
    const { key, run } = effectKey(effect);
    const flight = this.#flights.get(key);
    if (effect.type === 'AbortRun') {
      end(flight, 'the stage has ended');
      this.#flights.delete(key);
      return;
    }
    if (flight?.run === run) return;
    end(flight, 'the stage was cancelled');
    if (!this.#parts.claims.safe(this.id)) return this.#later();
    const fresh: Flight = { run, abort: new AbortController(), ended: false, done: Promise.resolve() };
    this.#flights.set(key, fresh);
    // A clean-up begins when the run that it cleans up after has ended.
    fresh.done = (flight?.done ?? Promise.resolve())
      .then(() => this.#fly(effect, fresh))
      .then((message) => {
        if (this.#flights.get(key) === fresh) this.#flights.delete(key);
        if (message && !this.#leaving) this.#post(message, this.#claim.trace);
        else this.#wake();
      });
  }

  async #fly(effect: Exclude<Effect, { type: 'AbortRun' }>, flight: Flight): Promise<Message | undefined> {
    const state = this.#state;
    const stage = state.stages[effect.stageId];
    const { world } = this.#parts;
    const { signal } = flight.abort;
    if (effect.type === 'LookUp') {
      if (!stage) return undefined;
      const run = { state, stage, traceparent: this.#claim.trace, signal };
      const answer = storable(await lookUpFor(taskWorld(world, this.#parent), run, effect.lookup));
      return flight.ended ? undefined : { type: 'LookedUp', stageId: stage.id, key: effect.key, answer };
    }
    const task = stage?.tasks.find((one) => one.id === effect.taskId);
    if (!stage || !task) return undefined;
    const common = { state, stage, task, traceparent: this.#claim.trace };
    const { stageId, taskId, attempt } = effect;
    if (effect.type === 'CleanUp') {
      const problem = await cleanUpTask(taskWorld(world, this.#parent), common);
      return { type: 'CleanupReturned', stageId, taskId, attempt, ...(problem === undefined ? {} : { problem }) };
    }
    const deadline = taskDeadline(state, stage, task);
    const limit = Math.max(1, Math.min(RUN_MS, deadline ? deadline.at - world.clock.now() : RUN_MS));
    const cancel = world.clock.after(limit, () =>
      flight.abort.abort(new DOMException('the deadline passed', 'TimeoutError')),
    );
    const answer = await runTask(taskWorld(world, this.#parent), { ...common, signal });
    const kept = keptResult(answer, task.name);
    cancel();
    const { value: result, blobs } = resultApart(kept, state.application, world.artifactsAbove ?? Infinity);
    if (blobs.length > 0 && !(await this.#patiently(() => storeContents(this.#parts.db, this.id, blobs))))
      return undefined;
    if (flight.ended) return undefined;
    return { type: 'TaskReturned', stageId, taskId, attempt, run: effect.run, result };
  }

  #known(effect: Effect): boolean {
    if (effect.type === 'AbortRun') return true;
    const { key, run } = effectKey(effect);
    return this.#flights.get(key)?.run === run;
  }

  /** The lease is not sure enough to begin something: asked again when it was renewed. */
  #later(): void {
    this.#parts.world.clock.after(300, () => this.ring());
  }

  async #next(wakeAt: number | undefined): Promise<void> {
    if (this.#queue.length > 0 || this.#lost || this.#leaving || this.#mailSeq > this.#mailApplied) return;
    if (this.#resting && this.#flights.size === 0) return;
    const busy = this.#flights.size > 0;
    const at = busy ? nextWake(this.#state, this.#tickedAt) : (nextWake(this.#state) ?? wakeAt);
    await new Promise<void>((resolve) => {
      const cancel =
        at === undefined
          ? undefined
          : this.#parts.world.clock.after(Math.max(1, at - this.#parts.world.clock.now()), () => {
              this.#queue.push({ message: { type: 'Tick' }, trace: this.#claim.trace });
              this.#wake();
            });
      this.#knock = () => {
        cancel?.();
        this.#knock = undefined;
        resolve();
      };
    });
  }

  #post(message: Message, trace: string): void {
    this.#queue.push({ message, trace });
    this.#wake();
  }

  #wake(): void {
    this.#knock?.();
  }

  #abortAll(why: string): void {
    for (const flight of this.#flights.values()) end(flight, why);
    this.#flights.clear();
  }
}

/** What a task answered, as it can be written down; an answer that cannot (a circle, a bigint) is the task's failure. */
function keptResult(answer: RunResult, task: string): RunResult {
  try {
    return isBareSuccess(answer) ? answer : storable(answer);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      status: 'TERMINAL',
      reason: {
        summary: `The task ${task} answered something that cannot be written down: ${why}`,
        next: 'correct the stage type that it belongs to',
      },
    };
  }
}

/** The commonest answer, which holds nothing that would have to be looked at. */
function isBareSuccess(answer: RunResult): boolean {
  if (answer.status !== 'SUCCEEDED') return false;
  for (const key in answer) if (key !== 'status') return false;
  return true;
}

/** An effect that was decided on the way and is out of date at the end of the turn asks for nothing. */
function isStill(state: ExecutionState, effect: Effect): boolean {
  if (effect.type === 'AbortRun') return true;
  const stage = state.stages[effect.stageId];
  if (effect.type === 'LookUp')
    return stage !== undefined && !isComplete(stage.status) && !Object.hasOwn(stage.answers ?? {}, effect.key);
  const task = stage?.tasks.find((one) => one.id === effect.taskId);
  if (!stage || !task || task.attempt !== effect.attempt) return false;
  if (effect.type === 'CleanUp') return task.cleanup === true;
  return (
    state.status === 'RUNNING' && stage.status === 'RUNNING' && task.status === 'RUNNING' && task.runs === effect.run
  );
}

/** It waits for a slot: its reason says so. */
function isQueued(state: ExecutionState): boolean {
  return state.status === 'NOT_STARTED' && state.reason !== undefined;
}

/** The stages that were made and touched since the rows were written, by identity, and those that were taken out. */
export function changes(before: ExecutionState | undefined, after: ExecutionState): StageChanges {
  const made: StageState[] = [];
  const changed: { before: StageState; after: StageState }[] = [];
  for (const stage of Object.values(after.stages)) {
    const old = before?.stages[stage.id];
    if (!old) made.push(stage);
    else if (old !== stage) changed.push({ before: old, after: stage });
  }
  return { made, changed, removed: Object.keys(before?.stages ?? {}).filter((id) => !after.stages[id]) };
}

function end(flight: Flight | undefined, why: string): void {
  if (!flight || flight.ended) return;
  flight.ended = true;
  flight.abort.abort(new Error(why));
}
