import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { layoutOf } from './layout.ts';
import { Progress } from './progress.ts';
import { reasonOf, Sentence } from './sentence.ts';
import { Supervisor } from './supervisor.ts';
import { addressesOf } from './system-record.ts';

// npm and the terminal may both deliver one Ctrl-C.
const sameSignalMs = 1_500;

/** `gennaker up`: runs a system until a signal asks to stop. Exits 0 after a clean stop, 1 when it could not start. */
export async function up(root: string, args: string[]): Promise<void> {
  const layout = layoutOf(realpathSync(root), args, process.env);
  const progress = new Progress();
  const supervisor = new Supervisor(layout, progress);
  let stopping = 0;
  const stop = async (): Promise<void> => {
    if (stopping > 0) {
      if (performance.now() - stopping < sameSignalMs) return;
      progress.say('Ending everything at once.');
      supervisor.kill();
      await sleep(200);
      process.exit(1);
    }
    stopping = performance.now();
    progress.say('Stopping; data stays.');
    await supervisor.stop();
    process.exit(0);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void stop());
  progress.say(`Starting Gennaker on ${layout.data}`);
  try {
    await supervisor.start();
  } catch (error) {
    if (stopping > 0) return;
    process.stderr.write(
      `${error instanceof Sentence ? error.message : error instanceof Error ? error.stack : reasonOf(error)}\n`,
    );
    stopping = performance.now();
    await supervisor.stop();
    process.exit(1);
  }
  if (stopping > 0) return;
  const at = addressesOf(layout);
  progress.say(`
Gennaker is ready after ${progress.total()}.

  Deck (open this)   ${at['deck']}
  Gate (the API)     ${at['gate']}
  cloudlab           ${at['cloudlab']}
  Data and logs      ${layout.data}

Try first: open deck, or run "npm run demo" in a second terminal and watch it there. Ctrl-C stops; data stays.`);
}
