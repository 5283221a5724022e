import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { loadOrder, loadResult } from './load-order.ts';
import type { LoadResult } from './load-order.ts';

/** Room for young objects, MB: collecting them seldom keeps the generator's own pauses out of the times. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];

/** Puts a load on from a process of its own, which ends with this one. `end` ends it before its time. */
export function startLoad(order: z.input<typeof loadOrder>): { readonly result: Promise<LoadResult>; end(): void } {
  const program = fileURLToPath(new URL('./load.ts', import.meta.url));
  const child = spawn(process.execPath, [...NODE_OPTIONS, program, JSON.stringify(loadOrder.parse(order))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const ended = once(child, 'exit');
  return {
    result: (async () => {
      const [code, signal] = await ended;
      if (code !== 0) {
        throw new Error(
          `The load generator ended with ${code === null ? String(signal) : `exit code ${String(code)}`} before it told its result.`,
        );
      }
      return loadResult.parse(JSON.parse(await output));
    })(),
    end: () => void child.kill('SIGTERM'),
  };
}
