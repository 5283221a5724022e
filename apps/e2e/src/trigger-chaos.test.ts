import { describe, expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

const WEBHOOKS = 120;

const chaos = (...args: readonly string[]) =>
  runProgram('apps/trials/src/chaos.ts', ['triggers', '--webhooks', String(WEBHOOKS), '--connections', '20', ...args]);

describe.concurrent('webhooks that are sent twice while gate and echo are killed', () => {
  it('start one execution each, and the event log accounts for all of them', async () => {
    const { report, output, code } = await chaos();
    expect(report.ok, output.slice(-4000)).toBe(true);
    expect(code).toBe(0);
    expect(report.rows.find(({ metric }) => metric === 'executions')).toMatchObject({ value: WEBHOOKS });
  });
});

describe.concurrent('the checks of webhooks', () => {
  it.each([
    ['a start is never handed on', 'lost-start', 'webhooks without an execution'],
    ['a delivery is not known when it comes again', 'forgotten-delivery', 'webhooks with more than one execution'],
  ])('see that %s', async (_what, plant, metric) => {
    const { report, output, code } = await chaos('--plant', plant);
    const seen = report.rows.find((row) => row.metric === metric);
    expect(Number(seen?.['value']), output.slice(-4000)).toBeGreaterThan(0);
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
  });
});
