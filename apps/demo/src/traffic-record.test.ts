import { expect, test } from 'vitest';
import { answeredBy, type RequestRecord, summarize } from './traffic-record.ts';

const at = (sentAt: number, more: Partial<RequestRecord>): RequestRecord => ({
  sentAt,
  endedAt: sentAt + 10,
  opened: true,
  ...more,
});

test('adds up answers, failures and the rate', () => {
  const records = [
    at(0, { version: '1' }),
    at(500, { version: '1', opened: false }),
    at(1_000, { version: '2', endedAt: 2_500, failure: 'late' }),
    at(2_000, { failure: 'reset' }),
    at(2_000, { version: '2' }),
  ];
  expect(summarize(records)).toEqual({
    requests: 5,
    failed: 2,
    rate: 2,
    connections: 4,
    byVersion: { '1': 2, '2': 1 },
    byFailure: { late: 1, reset: 1 },
    p99: 1_500,
    longest: 1_500,
  });
});

test('counts what a version answered after a time, by when it was sent', () => {
  const records = [at(5, { version: 'old' }), at(10, { version: 'old' }), at(11, { version: 'new' })];
  expect(answeredBy(records, 'old', 10)).toBe(1);
});

test('no requests are no success', () => {
  expect(summarize([])).toMatchObject({ requests: 0, rate: 0, longest: 0 });
});
