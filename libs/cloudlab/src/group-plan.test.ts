import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGroup } from './group-plan.ts';
import type { Member } from './group-plan.ts';

const zones = ['a', 'b', 'c'];
const member = fc.record({
  zone: fc.constantFrom(...zones),
  settled: fc.boolean(),
  leaving: fc.boolean(),
  createdAt: fc.constantFrom('2026-01-01', '2026-01-02'),
});
const members = fc
  .array(member, { maxLength: 12 })
  .map((list): Member[] => list.map((each, i) => ({ ...each, path: `i${i}` })));

function carriedOut(before: readonly Member[], plan: ReturnType<typeof planGroup>): Member[] {
  return [
    ...before
      .filter((each) => !each.leaving && !plan.remove.includes(each.path))
      .map((each) => ({ ...each, settled: true })),
    ...plan.create.map((zone, i) => ({
      path: `n${i}-${Math.random()}`,
      zone,
      settled: true,
      leaving: false,
      createdAt: '2026-01-03',
    })),
  ];
}

describe('planGroup', () => {
  test('repeated until it rests, it reaches the wanted size with an even spread', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 12 }), (start, targetSize) => {
        let now: Member[] = start;
        for (let steps = 0; ; steps++) {
          const plan = planGroup({ targetSize, zones, members: now, redistribute: true });
          if (plan.create.length + plan.remove.length === 0 && now.every(({ leaving, settled }) => !leaving && settled))
            break;
          now = carriedOut(now, plan);
          expect(steps).toBeLessThan(50);
        }
        expect(now).toHaveLength(targetSize);
        const counts = zones.map((zone) => now.filter((each) => each.zone === zone).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('shrinking takes what does not run yet first, then the youngest, from the fullest zone', () => {
    const plan = planGroup({
      targetSize: 2,
      zones,
      redistribute: true,
      members: [
        { path: 'old', zone: 'a', settled: true, leaving: false, createdAt: '1' },
        { path: 'young', zone: 'a', settled: true, leaving: false, createdAt: '2' },
        { path: 'booting', zone: 'b', settled: false, leaving: false, createdAt: '1' },
        { path: 'other', zone: 'b', settled: true, leaving: false, createdAt: '3' },
      ],
    });
    expect(plan.remove).toHaveLength(2);
    expect(plan.remove).toContain('booting');
    expect(plan.remove).toContain('young');
  });
});
