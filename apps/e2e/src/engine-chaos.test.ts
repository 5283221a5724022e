import { describe, expect, it } from 'vitest';
import { type Ended, runProgram } from './run-program.ts';

const IDLE = 'runnable executions idle for more than 5 s after a fault';
const NEVER_ENDED = 'executions that never ended';
const EVENTS = 'events that came twice, never, or after the end';
/** How many runs go on at once: each has servers of its own and mostly waits. */
const LANES = 3;
const next: (() => void)[] = [];
let busy = 0;

/** Runs the engine's chaos, in a lane of its own. */
async function chaos(...args: readonly string[]): Promise<Ended> {
  if (busy < LANES) busy++;
  else await new Promise<void>((resolve) => next.push(resolve));
  try {
    return await runProgram('apps/trials/src/chaos.ts', ['engine', ...args]);
  } finally {
    const waiting = next.shift();
    if (waiting) waiting();
    else busy--;
  }
}

describe.concurrent('pipelines on two orcas whose surroundings break fifteen times', () => {
  it('end as undisturbed ones do, with every effect once and nothing idle', async () => {
    const { report, output, code } = await chaos('--seed', '1');
    expect(report.ok, output.slice(-4000)).toBe(true);
    expect(code).toBe(0);
  });
});

describe.concurrent('the checks of the engine under faults', () => {
  it.each([
    ['a message is lost', 'lost-message', 'twice', 30, [IDLE]],
    ['an owner that was replaced may still write', 'no-fence', 'stop', 40, [EVENTS]],
    ['claims are renewed of whoever is dead', 'renew-all-claims', 'kill', 40, [IDLE]],
    ['an effect has two keys', 'double-effect', 'kill', 40, ['effects under more keys than attempts']],
    // What it forgets is the last steps of executions, or whole ones.
    ['PostgreSQL tells of commits that it has not kept', 'skip-fsync', 'postgres', 60, [EVENTS, NEVER_ENDED]],
    ['nobody sweeps up after the dead', 'sweeper-off', 'kill', 40, [IDLE]],
  ])('see that %s', async (_what, plant, fault, executions, metrics) => {
    const { report, output, code } = await chaos(
      ...['--plant', plant, '--only', fault],
      ...['--executions', String(executions), '--faults', '1'],
    );
    const seen = report.rows.filter(({ metric, value }) => metrics.includes(metric) && Number(value) > 0);
    expect(seen, output.slice(-4000)).not.toEqual([]);
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
  });
});
