import { parentPort } from 'node:worker_threads';
import { ServiceError } from '@gennaker/contracts/error';
import type { PlayAnswer, PlayCommand } from './simulation-thread.ts';

/** What a thread of simulations is: it plays what it is sent until nobody waits for it any more. */
export function answerPlays<Play, Result extends object>(
  play: (what: Play, signal: AbortSignal) => Promise<Result>,
): void {
  const playing = new Map<number, AbortController>();
  const answer = async (id: number, what: Play): Promise<PlayAnswer<Result>> => {
    const abort = new AbortController();
    playing.set(id, abort);
    try {
      return { id, result: await play(what, abort.signal) };
    } catch (error) {
      const { status, message, details } =
        error instanceof ServiceError
          ? error
          : new ServiceError(
              500,
              `It could not be simulated: ${error instanceof Error ? error.message : String(error)}`,
            );
      return { id, problem: { status, message, details } };
    } finally {
      playing.delete(id);
    }
  };
  const take = async (command: PlayCommand<Play>): Promise<void> => {
    if ('cancel' in command) playing.get(command.cancel)?.abort(new Error('nobody waits for it'));
    else parentPort?.postMessage(await answer(command.id, command.play));
  };
  parentPort?.on('message', (command: PlayCommand<Play>) => void take(command));
}
