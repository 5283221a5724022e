import { Worker } from 'node:worker_threads';
import { type ErrorDetails, ServiceError } from '@gennaker/contracts/error';

/** To the thread: something to play, or that nobody waits for it any more. */
export type PlayCommand<Play> = { readonly id: number; readonly play: Play } | { readonly cancel: number };

/** From the thread: what a play came to. */
export type PlayAnswer<Result> = { readonly id: number } & (
  | { readonly result: Result }
  | { readonly problem: { readonly status: number; readonly message: string; readonly details: ErrorDetails } }
);

/** What is told to whoever waits for a thread. */
export interface ThreadWords {
  /** What is played: `deploys`. */
  readonly plays: string;
  /** What to do when the thread does not answer. */
  readonly whenSilent: string;
}

/** Plays that wait for their turn at most. */
const MOST_WAITING = 8;
/** A thread that plays nothing for so long ends, and gives its memory back. */
const IDLE_MS = 60_000;
/** A simulation bounds itself; a thread that says nothing for so long hangs. */
const SILENCE_MS = 45_000;
const MEMORY_MB = 512;

interface Waiting<Play, Result> {
  readonly id: number;
  readonly play: Play;
  readonly signal: AbortSignal;
  readonly done: (outcome: Result | Error) => void;
}

/** Plays simulations on a thread of its own, one at a time, so that nothing else in the process is held up. */
export class SimulationThread<Play, Result extends object> {
  readonly #file: URL;
  readonly #clock: { after(ms: number, fn: () => void): () => void };
  readonly #words: ThreadWords;
  readonly #waiting: Waiting<Play, Result>[] = [];
  #playing: Waiting<Play, Result> | undefined;
  #thread: Worker | undefined;
  #cancelTimer: () => void = () => undefined;
  #count = 0;

  /** @param file the module that the thread runs, which calls answerPlays */
  constructor(file: URL, clock: { after(ms: number, fn: () => void): () => void }, words: ThreadWords) {
    this.#file = file;
    this.#clock = clock;
    this.#words = words;
  }

  /** @throws ServiceError of the play, 429 when too many wait; the signal's reason when nobody waits any more */
  play(play: Play, signal: AbortSignal): Promise<Result> {
    if (this.#waiting.length >= MOST_WAITING)
      throw new ServiceError(429, `${MOST_WAITING} ${this.#words.plays} wait to be simulated already`, {
        fix: 'try again in some seconds',
      });
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const done = (outcome: Result | Error): void => {
        signal.removeEventListener('abort', leave);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const waiting: Waiting<Play, Result> = { id: ++this.#count, play, signal, done };
      const leave = (): void => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        else this.#tell({ cancel: waiting.id });
        reject(signal.reason instanceof Error ? signal.reason : new Error('nobody waits for it'));
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  /** Ends the thread, and with it whatever it plays. */
  close(): void {
    this.#end(new ServiceError(503, 'The service stops', { fix: 'try again in some seconds' }));
  }

  #next(): void {
    if (this.#playing) return;
    const next = this.#waiting.shift();
    this.#cancelTimer();
    if (!next) {
      this.#cancelTimer = this.#clock.after(IDLE_MS, () => this.#end());
      return;
    }
    this.#playing = next;
    this.#cancelTimer = this.#clock.after(SILENCE_MS, () =>
      this.#end(new ServiceError(503, 'The simulation did not answer', { fix: this.#words.whenSilent })),
    );
    this.#tell({ id: next.id, play: next.play });
  }

  #tell(command: PlayCommand<Play>): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(command);
  }

  #start(): Worker {
    const thread = new Worker(this.#file, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
    thread.unref();
    thread.on('message', (answer: PlayAnswer<Result>) => this.#take(answer));
    thread.on('error', (error: Error) => {
      if (this.#thread === thread)
        this.#end(new ServiceError(503, `The simulation broke off: ${error.message}`, { fix: 'try again' }));
    });
    return thread;
  }

  #take(answer: PlayAnswer<Result>): void {
    const playing = this.#playing;
    if (playing?.id !== answer.id) return;
    this.#playing = undefined;
    const outcome =
      'result' in answer
        ? answer.result
        : new ServiceError(answer.problem.status, answer.problem.message, answer.problem.details);
    playing.done(outcome);
    this.#next();
  }

  /** The thread ends; who waits for what it plays gets the problem, who waits for a turn gets it from a new thread. */
  #end(problem?: ServiceError): void {
    this.#cancelTimer();
    void this.#thread?.terminate();
    this.#thread = undefined;
    const playing = this.#playing;
    this.#playing = undefined;
    if (playing && problem) playing.done(problem);
    if (this.#waiting.length > 0) this.#next();
  }
}
