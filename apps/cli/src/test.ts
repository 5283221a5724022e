import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { foregroundEnvironment, runInForeground } from './program.ts';
import { baseImages, checkBaseImages } from './up/build.ts';
import { layoutOf } from './up/layout.ts';
import { Progress } from './up/progress.ts';
import { ensureTools } from './up/supervisor.ts';
import { testTools, tools } from './up/tools.ts';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** How many tests passed and failed. */
export interface Outcome {
  passed: number;
  failed: number;
}

/** The last line of a run. */
export function outcomeLine({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`;
}

/**
 * Counts a vitest JSON report. A file that could not be loaded and a skipped test count as failed: a green run means
 * that everything ran.
 */
export function countReport(text: string): Outcome {
  const report = reportSchema.parse(JSON.parse(text));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numPendingTests + broken.length };
}

/** Prepares the machine, runs vitest with these arguments (all projects without) and counts. */
export async function runTests(root: string, args: string[]): Promise<Outcome> {
  const layout = layoutOf(root, [], process.env);
  const progress = new Progress();
  await ensureTools(layout, progress, [...tools, ...testTools]);
  await checkBaseImages(layout);
  await progress.step('Base images of the local cloud', (detail) => baseImages(layout, detail));
  if (args.length > 0) return runVitest(root, args);
  // Whole systems come last and alone: what they measure under load, a busy machine would blur.
  const parts = await runVitest(root, ['--project', 'unit', '--project', 'int', '--project', 'ui']);
  const whole = await runVitest(root, ['--project', 'e2e']);
  return { passed: parts.passed + whole.passed, failed: parts.failed + whole.failed };
}

async function runVitest(root: string, args: string[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-report-'));
  try {
    const file = join(folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await runInForeground(
      process.execPath,
      [vitest, 'run', ...reporters, ...args],
      root,
      foregroundEnvironment(root),
    );
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const outcome = text === undefined ? { passed: 0, failed: 1 } : countReport(text);
    // An error outside of any test (an unhandled rejection, a set-up that failed) is in the exit code alone.
    return code !== 0 && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `npm test`: exits 1 unless everything passed. */
export async function test(root: string, args: string[]): Promise<number> {
  const outcome = await runTests(root, args);
  process.stdout.write(`${outcomeLine(outcome)}\n`);
  return outcome.failed === 0 && outcome.passed > 0 ? 0 : 1;
}
