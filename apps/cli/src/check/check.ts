import { join } from 'node:path';
import { runHelper } from '../up/helper.ts';
import { layoutOf } from '../up/layout.ts';
import { Progress } from '../up/progress.ts';
import { ensureTools } from '../up/supervisor.ts';
import { pathWith, tools } from '../up/tools.ts';
import { reasonOf, Sentence } from '../up/sentence.ts';
import { databaseDrift } from './database-drift.ts';
import { generate } from './generate.ts';

/** One check: resolves when all is well, and throws what it found. */
export interface Check {
  name: string;
  about: string;
  run(root: string): Promise<void>;
}

/** A check that is a program of node_modules; it fails as the program does. */
function program(name: string, about: string, file: string, args: string[]): Check {
  return {
    name,
    about,
    async run(root) {
      const env = { ...process.env, PATH: pathWith(join(root, '.gennaker'), process.env['PATH']), FORCE_COLOR: '0' };
      await runHelper(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: root, env });
    },
  };
}

/** A check of ours that answers a sentence per problem. */
function finder(name: string, about: string, find: (root: string) => Promise<string[]>, fix: string): Check {
  return {
    name,
    about,
    async run(root) {
      const problems = await find(root);
      if (problems.length > 0) throw new Sentence(`${problems.join('\n')}\n${fix}`);
    },
  };
}

/** The migrations are applied to real servers; on a new machine these have to come first. */
async function databaseOnItsServers(root: string): Promise<string[]> {
  const servers = tools.filter(({ command }) => command === 'redis-server');
  await ensureTools(layoutOf(root, [], process.env), new Progress(), servers);
  return databaseDrift(root);
}

const cruise = ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'apps', 'libs'];
const lint = ['--type-aware', '-c', '.oxlintrc.json', '--quiet', '-f', 'unix'];

/** All checks, the quick ones first. */
export const checks: readonly Check[] = [
  program('format', 'oxfmt --check', 'oxfmt/bin/oxfmt', ['--check']),
  program('types', 'tsc, the Node side', 'typescript/bin/tsc', ['-p', 'tsconfig.json']),
  program('types-ui', 'tsc, the browser side', 'typescript/bin/tsc', ['-p', 'tsconfig.ui.json']),
  program('lint', 'oxlint with types', 'oxlint/bin/oxlint', lint),
  program('boundaries', 'who may import whom', 'dependency-cruiser/bin/dependency-cruiser.mjs', cruise),
  program('unused', 'knip: files, exports and packages that nobody uses', 'knip/bin/knip.js', [
    '--no-progress',
    '--no-config-hints',
  ]),
  finder('generated', 'registries and API documents', (root) => generate(root, true), 'Run "npm run gen" and commit.'),
  finder(
    'database',
    'migrations against the models',
    databaseOnItsServers,
    'Correct prisma/*.prisma or add a migration.',
  ),
];

/** Runs the named checks, two at a time; prints each with its time, and what it found. Answers the names that failed. */
export async function runChecks(root: string, wanted: readonly Check[] = checks): Promise<string[]> {
  const failed: string[] = [];
  const waiting = [...wanted];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const started = performance.now();
      const line = (mark: string, one: Check): string =>
        `  ${mark} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${one.name.padEnd(11)} ${one.about}\n`;
      try {
        await check.run(root);
        process.stdout.write(line('✓', check));
      } catch (error) {
        failed.push(check.name);
        process.stdout.write(`${line('✗', check)}${reasonOf(error).replace(/^/gm, '      ')}\n`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return failed;
}

/** `npm run check`: exits 1 when a check failed. */
export async function check(root: string, names: string[]): Promise<number> {
  const unknown = names.filter((name) => !checks.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Sentence(
      `No check is called ${unknown.join(', ')}; there are ${checks.map((one) => one.name).join(', ')}.`,
    );
  }
  const wanted = checks.filter((one) => names.length === 0 || names.includes(one.name));
  const failed = await runChecks(root, wanted);
  process.stdout.write(
    failed.length === 0 ? '\nAll checks passed.\n' : `\n${failed.length} failed: ${failed.join(', ')}.\n`,
  );
  return failed.length === 0 ? 0 : 1;
}
