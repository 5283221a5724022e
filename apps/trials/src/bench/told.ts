import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Waits until a process has printed something; answers its first group. */
export async function told(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  const gone = once(child, 'exit').then(() => {
    throw new Error(`A process of the bench ended: ${text.slice(-500)}`);
  });
  gone.catch(() => {});
  const found = new Promise<string>((resolve) => {
    child.stdout?.on('data', function read(chunk: Buffer) {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (!match) return;
      child.stdout?.off('data', read);
      resolve(match[1] ?? '');
    });
  });
  return Promise.race([found, gone]);
}
