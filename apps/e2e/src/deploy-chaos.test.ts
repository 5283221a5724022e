import { startSystem, type System } from '@gennaker/fixtures/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runProgram } from './run-program.ts';

const FAILED = 'requests failed that no lost instance explains';

let system: System;
beforeAll(async () => {
  system = await startSystem({ offset: 4300, split: 'orca=1,clouddriver=1' });
}, 15 * 60_000);
afterAll(() => system?.stop());

const chaos = (...args: readonly string[]): Promise<Ended> =>
  runProgram('apps/trials/src/chaos.ts', ['deploy', '--data', system.dataDir, ...args]);

// They share the system: each has a cluster and a load balancer of its own, and mostly waits.
describe.concurrent('deploys under traffic', () => {
  it('lose no request to crashes and kills, and take a bad version back', async () => {
    const { report, output, code } = await chaos();
    expect(report.ok, output.slice(-6000)).toBe(true);
    expect(code).toBe(0);
  });

  it.each(['disable-first', 'no-draining'])('are seen to lose requests with the fault %s', async (plant) => {
    const { report, output, code } = await chaos('--plant', plant);
    const failed = report.rows.find(({ metric }) => metric === FAILED);
    expect(Number(failed?.['value']), output.slice(-6000)).toBeGreaterThan(0);
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
  });
});
