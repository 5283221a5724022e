import { endHelpers } from './up/helper.ts';
import { reasonOf, Sentence } from './up/sentence.ts';

/** What the launcher hands over. */
export interface Invocation {
  root: string;
  command: string;
  args: string[];
}

/** Runs one command; ends the process when the command is done. */
export async function main({ root, command, args }: Invocation): Promise<void> {
  // `up` stops a whole system in order, and sets its own handlers.
  if (command !== 'up') endHelpersOnSignals();
  try {
    const code = await run(root, command, args);
    if (code === undefined) return;
    await written(process.stdout);
    process.exit(code);
  } catch (error) {
    const text = error instanceof Sentence ? error.message : error instanceof Error ? error.stack : reasonOf(error);
    process.stderr.write(`${text}\n`);
    await written(process.stderr);
    process.exit(1);
  }
}

/** Waits until what was written has left: a pipe takes it bit by bit, and an exit would cut it off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}

/** Answers the exit code, or undefined when the command goes on until a signal. */
async function run(root: string, command: string, args: string[]): Promise<number | undefined> {
  switch (command) {
    case 'up':
      await (await import('./up/up.ts')).up(root, args);
      return undefined;
    case 'where':
      return (await import('./where.ts')).where(root, args);
    case 'users':
      return (await import('./users.ts')).users(root, args);
    case 'accounts':
      return (await import('./accounts.ts')).accounts(root, args);
    case 'locks':
      return (await import('./locks.ts')).locks(root, args);
    case 'plan':
      return (await import('./plan.ts')).plan(root, args);
    case 'undo':
      return (await import('./undo.ts')).undo(root, args);
    case 'import':
      return (await import('./import/import.ts')).importSources(root, args);
    case 'export':
      return (await import('./import/archive.ts')).exportArchive(root, args);
    case 'validate':
      return (await import('./import/validate.ts')).validate(args);
    case 'evaluate':
      return (await import('./evaluate.ts')).evaluateOffline(args);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(root, args);
    case 'test':
      return (await import('./test-pipelines.ts')).testPipelines(root, args);
    case 'self-test':
      return (await import('./test.ts')).test(root, args);
    case 'check':
      return (await import('./check/check.ts')).check(root, args);
    case 'ci':
      return (await import('./ci.ts')).ci(root);
    case 'gen':
      return gen(root, args.includes('--check'));
    default:
      return (await import('./program.ts')).runProgram(root, command, args);
  }
}

/** `gennaker gen`: writes generated files; with --check exits 1 when one is stale. */
async function gen(root: string, checkOnly: boolean): Promise<number> {
  const { generate } = await import('./check/generate.ts');
  const stale = await generate(root, checkOnly);
  const lines = stale.length === 0 ? ['Everything generated is up to date.'] : stale;
  process.stdout.write(
    `${lines.map((line) => (checkOnly ? line : line.replace('is stale', 'was written'))).join('\n')}\n`,
  );
  return checkOnly && stale.length > 0 ? 1 : 0;
}

function endHelpersOnSignals(): void {
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(name, () => {
      endHelpers();
      process.exit(code);
    });
  }
}
