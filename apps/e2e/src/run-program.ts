import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../../..');
const reportSchema = z.looseObject({
  name: z.string(),
  ok: z.boolean(),
  rows: z.array(z.looseObject({ metric: z.string() })),
});

/** How a program of the platform ended: its report (last line of output), exit code and everything it said. */
export interface Ended {
  readonly code: number | null;
  readonly report: z.infer<typeof reportSchema>;
  readonly output: string;
}

/** Runs one of the platform's programs as `npm run` does and waits for its end. @throws Error when it prints no report */
export async function runProgram(file: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const last = output.trim().split('\n').at(-1) ?? '';
  try {
    return { code, report: reportSchema.parse(JSON.parse(last)), output };
  } catch (error) {
    throw new Error(`${file} printed no report:\n${output.slice(-3000)}`, { cause: error });
  }
}
