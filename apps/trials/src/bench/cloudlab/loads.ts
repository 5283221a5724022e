import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const result = z.object({
  count: z.number(),
  failed: z.number(),
  /** Milliseconds from when a request was due to the end of its answer. */
  p50: z.number(),
  p99: z.number(),
  why: z.record(z.string(), z.number()),
});
/** What a load measured. */
export type LoadResult = z.infer<typeof result>;

/** A load to put on. */
export interface LoadOrder {
  /** `host:port` each. */
  readonly to: readonly string[];
  readonly rate: number;
  readonly seconds: number;
  readonly kept: boolean;
  /** First seconds whose times are not told; their failures are. */
  readonly warmUpSeconds?: number | undefined;
}

/** Puts a load on from a process of its own. `end` ends it before its time. */
export function startLoad(order: LoadOrder): { readonly result: Promise<LoadResult>; end(): void } {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./load.ts', import.meta.url)),
      `--to=${order.to.join(',')}`,
      `--rate=${order.rate}`,
      `--seconds=${order.seconds}`,
      `--warmup=${order.warmUpSeconds ?? 0}`,
      ...(order.kept ? ['--kept'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const output = text(child.stdout);
  const ended = once(child, 'exit');
  return {
    result: (async () => {
      const [code] = await ended;
      if (code !== 0) throw new Error(`The load generator ended with exit code ${String(code)}.`);
      return result.parse(JSON.parse(await output));
    })(),
    end: () => void child.kill('SIGTERM'),
  };
}
