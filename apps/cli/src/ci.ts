import { checks, runChecks } from './check/check.ts';
import { outcomeLine, runTests } from './test.ts';

/** `.ci/run`: all checks, then all tests, whatever the checks said; a check counts as one. Exits 1 unless all passed. */
export async function ci(root: string): Promise<number> {
  process.stdout.write('Checks\n');
  const failed = await runChecks(root);
  process.stdout.write('\nTests\n');
  const tests = await runTests(root, []);
  if (failed.length > 0) process.stdout.write(`Failed checks: ${failed.join(', ')}\n`);
  const outcome = { passed: tests.passed + checks.length - failed.length, failed: tests.failed + failed.length };
  process.stdout.write(`${outcomeLine(outcome)}\n`);
  return outcome.failed === 0 && tests.passed > 0 ? 0 : 1;
}
