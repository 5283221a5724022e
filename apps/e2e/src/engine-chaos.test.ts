import { describe, expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

const chaos = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram('apps/trials/src/chaos.ts', ['engine', ...args]);

describe('pipelines on two orcas whose surroundings break fifteen times', () => {
  it('end as undisturbed ones do, with every effect once and nothing idle', async () => {
    const { report, output, code } = await chaos('--seed', '1');
    expect(report.ok, output.slice(-4000)).toBe(true);
    expect(code).toBe(0);
  });
});

describe('the checks of the engine under faults', () => {
  it.each([
    ['a message is lost', 'lost-message', 'twice', 30, 1],
    ['an owner that was replaced may still write', 'no-fence', 'stop', 40, 1],
    ['claims are renewed of whoever is dead', 'renew-all-claims', 'kill', 40, 1],
    ['an effect has two keys', 'double-effect', 'kill', 40, 1],
    ['PostgreSQL tells of commits that it has not kept', 'skip-fsync', 'postgres', 60, 1],
    ['nobody sweeps up after the dead', 'sweeper-off', 'kill', 40, 1],
  ])('see that %s', async (_what, plant, fault, executions, faults) => {
    const { report, code } = await chaos(
      ...['--plant', plant, '--only', fault],
      ...['--executions', String(executions), '--faults', String(faults)],
    );
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
  });
});
