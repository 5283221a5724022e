import { ServiceError } from '@gennaker/contracts/error';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { describe, expect, it } from 'vitest';
import { trafficReportStageSchema } from './schema.ts';
import trafficReport from './stage.ts';

const LATE_MS = 210_000;
const [task] = trafficReport.tasks({} as never, {} as never);
const settings = { credentials: 'prod', region: 'europe-west1', cluster: 'shop-main', from: 1_000_000 };

/** What clouddriver answers at `now`: counters that come late. */
function counted(to: number, now: number): TrafficReport {
  const points = [{ at: to, requests: 7, failures: 0, connections: 0, p99: 12 }];
  const group = { serverGroup: 'shop-main-v002', requests: 7, failures: 0, connections: 0, p50: 9, p90: 11, p99: 12 };
  return {
    ...{ account: 'prod', region: 'europe-west1', from: 1_000_000, to, stepMs: 60_000, resolutionMs: 60_000 },
    delayMs: LATE_MS,
    complete: to + LATE_MS <= now,
    serverGroups: [{ ...group, points }],
    unserved: { requests: 0, points: [] },
    uncounted: [],
    summary: 'shop-main-v002 answered 7 requests, 0 failed, p99 12 ms',
  };
}

function run(
  more: object,
  now: number,
  answer: (to: number) => TrafficReport | ServiceError = (to) => counted(to, now),
) {
  const readMeter = ({ query }: { query: { to: number } }) => {
    const answered = answer(query.to);
    return answered instanceof ServiceError ? Promise.reject(answered) : Promise.resolve(answered);
  };
  const { signal } = new AbortController();
  const context = {
    application: 'shop',
    now,
    signal,
    context: trafficReportStageSchema.parse({ ...settings, ...more }),
  };
  return task?.run({ ...context, ports: { clouddriver: { readMeter } } } as never);
}

describe('the traffic report', () => {
  it('parses its examples', () => {
    for (const example of trafficReport.examples) expect(() => trafficReportStageSchema.parse(example)).not.toThrow();
  });
  it('waits for counters that come late, its window staying as it was, and says what is known so far', async () => {
    expect(await run({}, 1_300_000)).toMatchObject({
      status: 'RUNNING',
      wakeAfterMs: 230_000,
      context: { measuredFrom: 1_000_000, measuredTo: 1_300_000 },
      reason: { summary: 'So far shop-main-v002 answered 7 requests, 0 failed, p99 12 ms' },
    });
    const late = await run({ measuredFrom: 1_000_000, measuredTo: 1_300_000, during: 'the rollback' }, 1_570_000);
    expect(late).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { trafficReport: { to: 1_300_000, complete: true } },
      reason: { summary: 'During the rollback shop-main-v002 answered 7 requests, 0 failed, p99 12 ms' },
    });
  });
  it('says so when it does not wait that long', async () => {
    expect(await run({ measuredTo: 1_300_000, measuredFrom: 1_000_000, waitSeconds: 15 }, 1_315_000)).toMatchObject({
      status: 'SUCCEEDED',
      outputs: {
        trafficSummary:
          "Within 300 s shop-main-v002 answered 7 requests, 0 failed, p99 12 ms, as far as can be seen yet: the cloud's counters come 210 s late",
      },
    });
  });
  it('is missing without harm where the cloud counts nothing', async () => {
    const none = () => new ServiceError(501, 'The cloud of account prod counts no traffic', { fix: 'use another' });
    expect(await run({}, 2_000_000, none)).toMatchObject({
      status: 'SUCCEEDED',
      reason: { summary: 'There is no traffic report: The cloud of account prod counts no traffic' },
    });
    await expect(run({}, 2_000_000, () => new ServiceError(503, 'away'))).rejects.toThrow('away');
  });
  it('measures anew when it is started again', () => {
    const context = { ...settings, measuredFrom: 1, measuredTo: 2 };
    const stage = { id: 's', refId: '1', type: 'trafficReport', name: 'n', outputs: { trafficReport: {} }, context };
    expect(trafficReport.prepareForRestart?.(stage)).toEqual({ context: settings, outputs: {} });
  });
});
