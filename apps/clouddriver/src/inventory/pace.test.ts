import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LookOutcome, nextWait, PACE } from './pace.ts';

const outcome = fc.constantFrom<LookOutcome>('changed', 'restless', 'unchanged', 'failed');
const run = (outcomes: readonly LookOutcome[], watched: boolean): number =>
  outcomes.reduce((wait, each) => nextWait(wait, each, watched, PACE), PACE.fastest);

describe('the pace of looks', () => {
  test('is never faster than the fastest, and never slower than the slowest', () => {
    fc.assert(
      fc.property(fc.array(outcome), fc.boolean(), (outcomes, watched) => {
        const wait = run(outcomes, watched);
        expect(wait).toBeGreaterThanOrEqual(PACE.fastest);
        expect(wait).toBeLessThanOrEqual(watched ? PACE.watched : PACE.slowest);
      }),
    );
  });

  test('is the fastest after any change, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(outcome), fc.boolean(), (outcomes, watched) => {
        expect(run([...outcomes, 'changed'], watched)).toBe(PACE.fastest);
      }),
    );
  });

  test('slows down to the slowest while nothing changes or nothing answers, and nobody looks', () => {
    expect(run(Array<LookOutcome>(20).fill('unchanged'), false)).toBe(PACE.slowest);
    expect(run(Array<LookOutcome>(20).fill('failed'), false)).toBe(PACE.slowest);
    expect(run(Array<LookOutcome>(20).fill('unchanged'), true)).toBe(PACE.watched);
  });

  test('stays quick, though not the quickest, for what never comes to rest', () => {
    expect(run(Array<LookOutcome>(20).fill('restless'), false)).toBe(4 * PACE.fastest);
  });
});
