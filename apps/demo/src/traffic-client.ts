import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type RequestRecord, requestRecordSchema } from './traffic-record.ts';

/** A running traffic client, in a process of its own. */
export interface TrafficClient {
  /** What it reported so far. */
  readonly records: readonly RequestRecord[];
  /** Ends it after its last request. @throws Error when the client itself failed */
  stop(): Promise<void>;
}

/**
 * Starts a traffic client; `keepAlive` is the number of connections that it keeps, 0 for one connection a request.
 * Without `versions` an answer of any version is right.
 */
export function startTraffic(options: {
  readonly url: string;
  readonly rate: number;
  readonly versions?: readonly string[];
  readonly keepAlive: number;
}): TrafficClient {
  const program = fileURLToPath(new URL('./traffic.ts', import.meta.url));
  const args = ['--url', options.url, '--rate', String(options.rate)];
  if (options.versions) args.push('--versions', options.versions.join(','));
  const child = spawn(process.execPath, [program, ...args, '--keep-alive', String(options.keepAlive)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const records: RequestRecord[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => records.push(requestRecordSchema.parse(JSON.parse(line))));
  const read = once(lines, 'close');
  const exited = once(child, 'exit');
  return {
    records,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      await read;
      if (code !== 0) throw new Error(`The traffic client ended with exit code ${code}`);
    },
  };
}
