import { reasonOf, Sentence } from './up/sentence.ts';

/** What the launcher hands over. */
export interface Invocation {
  root: string;
  command: string;
  args: string[];
}

/** Runs one command; ends the process when the command is done. */
export async function main({ root, command, args }: Invocation): Promise<void> {
  try {
    const code = await run(root, command, args);
    if (code !== undefined) process.exit(code);
  } catch (error) {
    const text = error instanceof Sentence ? error.message : error instanceof Error ? error.stack : reasonOf(error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  }
}

/** Answers the exit code, or undefined when the command goes on until a signal. */
async function run(root: string, command: string, args: string[]): Promise<number | undefined> {
  switch (command) {
    case 'up':
      await (await import('./up/up.ts')).up(root, args);
      return undefined;
    case 'where':
      return (await import('./where.ts')).where(root, args);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(root, args);
    case 'test':
      return (await import('./test.ts')).test(root, args);
    case 'check':
      return (await import('./check/check.ts')).check(root, args);
    case 'ci':
      return (await import('./ci.ts')).ci(root);
    default:
      return (await import('./program.ts')).runProgram(root, command, args);
  }
}
