import { expect, test } from 'vitest';
import { checkTraffic, type TrafficEvidence } from './checks.ts';
import type { RequestRecord } from './traffic-record.ts';

const SWITCH = 10_000;
const requests = (every: number): RequestRecord[] =>
  Array.from({ length: 20_000 / every }, (_, index) => ({
    sentAt: index * every,
    endedAt: index * every + 5,
    opened: true,
    version: index * every < SWITCH ? 'old' : 'new',
  }));
const single = requests(4);
const kept = requests(20);
const evidence: TrafficEvidence = {
  single,
  kept,
  before: { connections: 100, refused: 3 },
  after: { connections: 100 + single.length + kept.length, refused: 3 },
  oldVersion: 'old',
  newVersion: 'new',
  oldDisabledAt: SWITCH,
};
const wrong = (change: Partial<TrafficEvidence>) =>
  checkTraffic({ ...evidence, ...change })
    .filter((row) => !row.ok)
    .map((row) => row.metric);
const but = (records: readonly RequestRecord[], at: number, change: Partial<RequestRecord>) =>
  records.map((record, index) => (index === at ? { ...record, ...change } : record));

test('a clean switch is good', () => {
  expect(wrong({})).toEqual([]);
});

test.each<[string, Partial<TrafficEvidence>, string]>([
  [
    'one failed request',
    { single: but(single, 7, { failure: 'reset' }) },
    'failed of 5000, one connection each (1 reset)',
  ],
  [
    'one on a kept connection',
    { kept: but(kept, 7, { failure: 'late' }) },
    'failed of 1000 on kept connections (1 late)',
  ],
  [
    'an old answer after the switch',
    { oldDisabledAt: SWITCH - 4 },
    'answers of old to requests sent after its group was disabled',
  ],
  ['a counter that disagrees', { after: { connections: 1, refused: 3 } }, 'connections that the load balancer counted'],
  ['a refusal that it counted', { after: { ...evidence.after, refused: 4 } }, 'connections that it refused'],
  [
    'too little traffic',
    { single: single.filter((_, index) => index % 2 === 0) },
    'requests a second, one connection each',
  ],
  ['a switch that never came', { newVersion: 'newer' }, 'answers of newer'],
])('%s is red', (_what, change, metric) => {
  expect(wrong(change)).toContain(metric);
});

test('without a disabled old group, any old answer is red', () => {
  expect(wrong({ oldDisabledAt: undefined })).toContain('answers of old to requests sent after its group was disabled');
});
