import type { RequestRecord } from '@gennaker/app-demo/traffic-record';
import { describe, expect, it } from 'vitest';
import { judgeTraffic, type TrafficSeen } from './judge.ts';
import type { Counted, Counter } from './scene.ts';
import type { PlannedDeploy } from './schedule.ts';

const OLD = 'chaos-a-v001';
const NEW = 'chaos-a-v002';
const GOOD: PlannedDeploy = { strategy: 'redblack', version: 'good', trouble: 'crash', victim: 'old', afterMs: 0 };
const CANARY: PlannedDeploy = { ...GOOD, strategy: 'canary', version: 'answers-500', trouble: 'nothing' };

const counter = (given: Partial<Counter> = {}): Counter => {
  return { requests: 0, refused: 0, drainCuts: 0, failedConnects: 0, responses: {}, failures: {}, ...given };
};
const counted = (balancer: Partial<Counter>, instances: Readonly<Record<string, Partial<Counter>>> = {}): Counted => ({
  balancer: counter(balancer),
  instances: new Map(Object.entries(instances).map(([name, given]) => [name, counter(given)])),
});
const answered = (sentAt: number, version: string, failure?: RequestRecord['failure']): RequestRecord => {
  return { sentAt, endedAt: sentAt + 60, opened: false, version, ...(failure ? { failure, detail: '500' } : {}) };
};
const cut = (sentAt: number): RequestRecord => {
  return { sentAt, endedAt: sentAt + 10, opened: false, failure: 'reset', detail: 'ECONNRESET' };
};
const seen = (given: Partial<TrafficSeen>): TrafficSeen => {
  return { records: [], before: counted({}), after: counted({}), losses: [], created: NEW, ...given };
};

describe('the traffic of a deploy', () => {
  it('is good when every request was answered and both sides counted alike', () => {
    const verdict = judgeTraffic(
      GOOD,
      seen({
        records: [answered(1, `${OLD}-aaaa`), answered(2, `${NEW}-bbbb`)],
        before: counted({ requests: 10 }, { [`${OLD}-aaaa`]: { responses: { '2xx': 10 } } }),
        after: counted(
          { requests: 12 },
          { [`${OLD}-aaaa`]: { responses: { '2xx': 11 } }, [`${NEW}-bbbb`]: { responses: { '2xx': 1 } } },
        ),
      }),
    );
    expect(verdict).toMatchObject({ requests: 2, failed: 0, excused: 0, disagreements: [], beyondShare: false });
  });

  it('is bad when a request failed and no instance was lost', () => {
    const verdict = judgeTraffic(GOOD, seen({ records: [cut(1)], after: counted({ drainCuts: 1 }) }));
    expect(verdict).toMatchObject({ failed: 1, excused: 0 });
    expect(verdict.examples).toEqual(['1970-01-01T00:00:00.001Z reset ECONNRESET']);
  });

  const loss = { instance: `${OLD}-aaaa`, from: 10_000, markedAt: 12_000 };

  it('excuses what was sent to a lost instance before its health check saw it, and nothing later', () => {
    const records = [cut(9_500), cut(11_000), cut(20_000)];
    const after = counted({ drainCuts: 3 }, { [loss.instance]: { drainCuts: 3 } });
    expect(judgeTraffic(GOOD, seen({ records, after, losses: [loss] }))).toMatchObject({ failed: 1, excused: 2 });
  });

  it('excuses no more than the load balancer counted at the lost instance', () => {
    const records = [cut(10_500), cut(11_000)];
    const after = counted({ drainCuts: 2 }, { [loss.instance]: { drainCuts: 1 }, [`${NEW}-bbbb`]: { drainCuts: 1 } });
    expect(judgeTraffic(GOOD, seen({ records, after, losses: [loss] }))).toMatchObject({ failed: 1, excused: 1 });
  });

  it('lets a bad version have its share, and no more', () => {
    const mixed = (bad: number, all: number): readonly RequestRecord[] =>
      Array.from({ length: all }, (_, at) =>
        (at * bad) % all < bad ? answered(at, `${NEW}-bbbb`, 'wrong-status') : answered(at, `${OLD}-aaaa`),
      );
    expect(judgeTraffic(CANARY, seen({ records: mixed(250, 1_000) }))).toMatchObject({
      ...{ failed: 0, bad: 250, beyondShare: false },
    });
    expect(judgeTraffic(CANARY, seen({ records: mixed(400, 1_000) })).beyondShare).toBe(true);
  });

  it('lets a version that nobody judges have no share', () => {
    const bad: PlannedDeploy = { ...GOOD, version: 'fails-health' };
    const records = Array.from({ length: 50 }, (_, at) => answered(at, `${NEW}-bbbb`));
    expect(judgeTraffic(bad, seen({ records })).beyondShare).toBe(true);
  });

  it('names where the client and the load balancer counted differently', () => {
    const records = [answered(1, `${OLD}-aaaa`)];
    const after = counted({ requests: 2 }, { [`${OLD}-aaaa`]: { responses: { '2xx': 2 } } });
    expect(judgeTraffic(GOOD, seen({ records, after })).disagreements).toEqual([
      'answers: the client counted 1, the load balancer 2',
      `good answers of ${OLD}-aaaa: the client counted 1, the load balancer 2`,
    ]);
  });
});
