import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** How a guide's commands ended: the exit code of the first that failed, or 0, and everything that they said. */
export interface FollowedGuide {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the `sh` blocks of a document as they stand, one after another in one shell, as its reader does. */
export async function followGuide(
  document: string,
  environment: Readonly<Record<string, string>>,
): Promise<FollowedGuide> {
  const text = await readFile(resolve(root, document), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  if (blocks.length === 0) throw new Error(`${document} has no commands.`);
  const shell = spawn('bash', ['-eu'], { cwd: root, env: { PATH: process.env['PATH'], ...environment } });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  shell.stdin.end(blocks.join('\n'));
  const code = await new Promise<number | null>((done) => shell.once('close', done));
  return { code, output };
}
