import { globSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { runInForeground } from './program.ts';
import { Sentence } from './up/sentence.ts';

const PATTERN = '**/*.pipeline.test.ts';

/** The test files that a person means: those named, those in the folders named, or all below the folder that it is in. */
export function pipelineTests(cwd: string, wanted: readonly string[]): string[] {
  const found = (wanted.length > 0 ? wanted : ['.']).flatMap((name) => {
    const path = resolve(cwd, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) throw new Sentence(`There is no file or folder ${path}: name the tests' folder.`);
    if (stat.isFile()) return [path];
    return globSync(PATTERN, { cwd: path, exclude: ['**/node_modules/**'] }).map((file) => join(path, file));
  });
  if (found.length === 0)
    throw new Sentence(
      `There are no tests of pipelines in ${(wanted.length > 0 ? wanted : [cwd]).join(', ')}: their files end with .pipeline.test.ts (see docs/guide/test-your-pipelines.md).`,
    );
  return [...new Set(found)].toSorted();
}

/** `gennaker test`: runs tests of pipelines with Node's own test runner; exits 1 when one fails. */
export function testPipelines(root: string, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { watch: { type: 'boolean' }, only: { type: 'string' } },
  });
  // npm runs its scripts at the root, and says here where the person is.
  const cwd = process.env['INIT_CWD'] ?? process.cwd();
  const files = pipelineTests(cwd, positionals).map((file) => relative(cwd, file));
  const node = [
    '--disable-warning=ExperimentalWarning',
    `--import=${pathToFileURL(join(root, 'libs/testing/src/from-here.ts')).href}`,
    '--test',
    '--test-reporter=spec',
    ...(values.watch ? ['--watch'] : []),
    ...(values.only === undefined ? [] : [`--test-name-pattern=${values.only}`]),
  ];
  return runInForeground(process.execPath, [...node, ...files], cwd, process.env);
}
