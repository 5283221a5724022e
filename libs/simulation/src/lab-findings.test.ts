import { describe, expect, it } from 'vitest';
import { findingsOf, type Sample } from './lab-findings.ts';

type Played = Parameters<typeof findingsOf>[0];

const sample = (at: number, more: Partial<Sample> = {}): Sample => ({
  ...{ at, old: 4, new: 0, serving: 4, lost: 0 },
  requests: { old: 50, new: 0, failed: 0, unserved: 0, toNew: 0 },
  ...more,
});
const group = (name: string, up: number, isDisabled: boolean, holds: readonly object[] = []) =>
  ({ name, isDisabled, holds, instanceCounts: { up } }) as unknown as Played['left'][number];
const taken: Played = {
  ...{ scenario: 'goesWell', instances: { before: 4, after: 4 }, bounds: { most: 5, least: 4 } },
  samples: [sample(0), sample(1_000, { new: 1 }), sample(2_000)],
  steps: [],
  left: [group('hello-v000', 4, false), group('hello-v001', 1, true)],
  ...{ durationMs: 2_000, succeeded: false, ended: true, reason: undefined },
};
const broken = (played: Partial<Played>): string[] =>
  findingsOf({ ...taken, ...played })
    .invariants.filter(({ holds }) => !holds)
    .map(({ sentence }) => sentence);

describe('what the strategy lab finds', () => {
  it('is nothing where all holds', () => expect(broken({})).toEqual([]));

  it('is an instance too many, but for those that come back before the new ones go', () => {
    const samples = [sample(0), sample(1_000, { new: 2 })];
    expect(broken({ samples })).toEqual(['Never more than 5 instances in all: 6 at most.']);
    const back = {
      name: 'Give back',
      type: 'releaseHolds',
      from: 1_000,
      status: 'SUCCEEDED',
      afterFailure: true,
    } as const;
    expect(broken({ samples, steps: [back] })).toEqual([]);
    expect(broken({ samples: [sample(1_000, { new: 5 })], steps: [back] })).toHaveLength(1);
  });

  it('is capacity that is missing, but for what a crash took', () => {
    expect(broken({ samples: [sample(0, { serving: 3 })] })).toEqual([
      'Capacity of at least 4 instances serves: never less than 3.',
    ]);
    expect(broken({ samples: [sample(0, { serving: 3, lost: 1 })] })).toEqual([]);
  });

  it('is requests that nobody could take', () => {
    const requests = { old: 40, new: 0, failed: 10, unserved: 10, toNew: 0 };
    expect(broken({ samples: [sample(0, { requests })] })).toEqual(['10 of 50 requests found no healthy instance.']);
  });

  it('is a deploy that does not end', () =>
    expect(broken({ ended: false, durationMs: 3_661_000 })).toEqual(['It had not ended after 1 h 1 min 1 s.']));

  it('is what is left: a hold, a bad version that serves, an old one that lacks instances', () => {
    const [old, made] = taken.left;
    if (!old || !made) throw new Error('no groups');
    expect(broken({ left: [group('hello-v000', 4, false, [{}]), made] })[0]).toContain('one change is still held');
    expect(broken({ left: [old, group('hello-v001', 1, false)] })[0]).toContain('the new version takes traffic still');
    expect(broken({ left: [group('hello-v000', 3, false), made] })[0]).toContain('with 3 of 4 instances as before');
    expect(broken({ left: [group('hello-v000', 4, true), made] })[0]).toContain('with 0 of 4 instances');
  });
});
