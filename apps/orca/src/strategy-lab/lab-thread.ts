import { parentPort } from 'node:worker_threads';
import { type ErrorDetails, ServiceError } from '@gennaker/contracts/error';
import type { LabResult } from '@gennaker/contracts/strategy-lab';
import { type LabDeploy, simulateStrategy } from '@gennaker/simulation/strategy-lab';

/** To the thread: a deploy to play, or that nobody waits for it any more. */
export type LabCommand = { readonly id: number; readonly deploy: LabDeploy } | { readonly cancel: number };

/** From the thread: what a deploy came to. */
export type LabAnswer = { readonly id: number } & (
  | { readonly result: LabResult }
  | { readonly problem: { readonly status: number; readonly message: string; readonly details: ErrorDetails } }
);

const playing = new Map<number, AbortController>();

async function play(id: number, deploy: LabDeploy): Promise<LabAnswer> {
  const abort = new AbortController();
  playing.set(id, abort);
  try {
    return { id, result: await simulateStrategy(deploy, { signal: abort.signal }) };
  } catch (error) {
    const { status, message, details } =
      error instanceof ServiceError
        ? error
        : new ServiceError(
            500,
            `The deploy could not be simulated: ${error instanceof Error ? error.message : String(error)}`,
          );
    return { id, problem: { status, message, details } };
  } finally {
    playing.delete(id);
  }
}

parentPort?.on('message', (command: LabCommand) => {
  if ('cancel' in command) playing.get(command.cancel)?.abort(new Error('nobody waits for it'));
  else void play(command.id, command.deploy).then((answer) => parentPort?.postMessage(answer));
});
