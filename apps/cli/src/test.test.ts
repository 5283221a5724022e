import { expect, it } from 'vitest';
import { countReport } from './test.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});
const report = (passed: number, failed: number, pending: number, ...testResults: unknown[]) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, testResults });

it('counts passed and failed tests', () => {
  expect(countReport(report(3, 1, 0, file('passed', 'passed'), file('failed', 'failed')))).toEqual({
    passed: 3,
    failed: 1,
  });
});

it('counts a file that could not be loaded as a failure', () => {
  expect(countReport(report(1, 0, 0, file('passed', 'passed'), file('failed')))).toEqual({ passed: 1, failed: 1 });
});

it('counts a skipped test as a failure', () => {
  expect(countReport(report(1, 0, 1, file('passed', 'passed', 'skipped')))).toEqual({ passed: 1, failed: 1 });
});
