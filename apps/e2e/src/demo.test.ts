import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, type System } from '@gennaker/fixtures/system';
import { type Ended, runProgram } from './run-program.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ offset: 2200 });
}, 15 * 60_000);
afterAll(() => system?.stop());

const demo = (...args: string[]): Promise<Ended> =>
  runProgram('apps/demo/src/main.ts', ['--data', system.dataDir, ...args]);
const failedRequests = ({ report }: Ended): number =>
  report.rows.filter(({ metric, value }) => /failed/.test(metric) && Number(value) > 0).length;

describe('a delivery under traffic', () => {
  it('loses no request while the new version takes over', async () => {
    const ended = await demo();
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(true);
    expect(ended.code).toBe(0);
    expect(failedRequests(ended)).toBe(0);
  });

  it('comes out red when connections are cut instead of drained', async () => {
    const ended = await demo('--plant', 'no-draining');
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(false);
    expect(failedRequests(ended)).toBeGreaterThan(0);
    expect(ended.code).toBe(1);
  });

  it('comes out red when the old version is disabled before the new one is enabled', async () => {
    const ended = await demo('--plant', 'disable-first');
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(false);
    expect(failedRequests(ended)).toBeGreaterThan(0);
    expect(ended.code).toBe(1);
  });
});
