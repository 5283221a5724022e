import { Worker } from 'node:worker_threads';
import { ServiceError } from '@gennaker/contracts/error';
import type { LabResult } from '@gennaker/contracts/strategy-lab';
import type { Clock } from '@gennaker/service/clock';
import type { LabDeploy } from '@gennaker/simulation/strategy-lab';
import type { LabAnswer, LabCommand } from './lab-thread.ts';

/** Deploys that wait for their turn at most. */
const MOST_WAITING = 8;
/** A thread that plays nothing for so long ends, and gives its memory back. */
const IDLE_MS = 60_000;
/** A simulation bounds itself; a thread that says nothing for so long hangs. */
const SILENCE_MS = 45_000;
const MEMORY_MB = 512;

interface Play {
  readonly id: number;
  readonly deploy: LabDeploy;
  readonly signal: AbortSignal;
  readonly done: (outcome: LabResult | Error) => void;
}

/** Plays deploys on a thread of its own, one at a time, so that executions are not held up. */
export class StrategyLab {
  readonly #clock: Clock;
  readonly #waiting: Play[] = [];
  #playing: Play | undefined;
  #thread: Worker | undefined;
  #cancelTimer: () => void = () => undefined;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ServiceError 400 naming the field, 429 when too many wait; the signal's reason when nobody waits any more */
  simulate(deploy: LabDeploy, signal: AbortSignal): Promise<LabResult> {
    if (this.#waiting.length >= MOST_WAITING)
      throw new ServiceError(429, `${MOST_WAITING} deploys wait to be simulated already`, {
        fix: 'try again in some seconds',
      });
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const done = (outcome: LabResult | Error): void => {
        signal.removeEventListener('abort', leave);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const play: Play = { id: ++this.#count, deploy, signal, done };
      const leave = (): void => {
        const at = this.#waiting.indexOf(play);
        if (at >= 0) this.#waiting.splice(at, 1);
        else this.#tell({ cancel: play.id });
        reject(signal.reason instanceof Error ? signal.reason : new Error('nobody waits for it'));
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(play);
      this.#next();
    });
  }

  /** Ends the thread, and with it whatever it plays. */
  close(): void {
    this.#end(new ServiceError(503, 'Orca stops', { fix: 'try again in some seconds' }));
  }

  #next(): void {
    if (this.#playing) return;
    const play = this.#waiting.shift();
    this.#cancelTimer();
    if (!play) {
      this.#cancelTimer = this.#clock.after(IDLE_MS, () => this.#end());
      return;
    }
    this.#playing = play;
    this.#cancelTimer = this.#clock.after(SILENCE_MS, () =>
      this.#end(
        new ServiceError(503, 'The simulation did not answer', { fix: 'choose fewer instances or shorter waits' }),
      ),
    );
    this.#tell({ id: play.id, deploy: play.deploy });
  }

  #tell(command: LabCommand): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(command);
  }

  #start(): Worker {
    const thread = new Worker(new URL('./lab-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    thread.unref();
    thread.on('message', (answer: LabAnswer) => this.#take(answer));
    thread.on('error', (error: Error) => {
      if (this.#thread === thread)
        this.#end(new ServiceError(503, `The simulation broke off: ${error.message}`, { fix: 'try again' }));
    });
    return thread;
  }

  #take(answer: LabAnswer): void {
    const play = this.#playing;
    if (play?.id !== answer.id) return;
    this.#playing = undefined;
    const outcome =
      'result' in answer
        ? answer.result
        : new ServiceError(answer.problem.status, answer.problem.message, answer.problem.details);
    play.done(outcome);
    this.#next();
  }

  /** The thread ends; who waits for what it plays gets the problem, who waits for a turn gets it from a new thread. */
  #end(problem?: ServiceError): void {
    this.#cancelTimer();
    void this.#thread?.terminate();
    this.#thread = undefined;
    const play = this.#playing;
    this.#playing = undefined;
    if (play && problem) play.done(problem);
    if (this.#waiting.length > 0) this.#next();
  }
}
