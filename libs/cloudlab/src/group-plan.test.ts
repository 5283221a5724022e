import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGroup } from './group-plan.ts';
import type { Member, PlannedGroup } from './group-plan.ts';

const zones = ['a', 'b', 'c'];

function aMember(path: string, more: Partial<Member> = {}): Member {
  return {
    path,
    zone: 'a',
    version: 0,
    settled: true,
    available: true,
    failing: false,
    leaving: false,
    pinned: false,
    createdAt: '1',
    ...more,
  };
}

function aGroup(more: Partial<PlannedGroup>): PlannedGroup {
  return {
    targetSize: 3,
    zones,
    fullZones: new Set(),
    shape: 'EVEN',
    redistribute: true,
    versions: [undefined],
    proactive: false,
    surge: 3,
    unavailable: 3,
    inPlace: false,
    reserved: [],
    members: [],
    actionFor: () => 'REPLACE',
    ...more,
  };
}

const members = fc
  .array(
    fc.record({
      zone: fc.constantFrom(...zones),
      version: fc.integer({ min: -1, max: 1 }),
      state: fc.constantFrom('running', 'booting', 'leaving'),
      pinned: fc.boolean(),
      createdAt: fc.constantFrom('1', '2'),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list.map(({ state, ...each }, i) =>
      aMember(`i${i}`, {
        ...each,
        settled: state === 'running',
        available: state === 'running',
        leaving: state === 'leaving',
      }),
    ),
  );

const policy = fc
  .record({
    proactive: fc.boolean(),
    surge: fc.integer({ min: 0, max: 3 }),
    unavailable: fc.integer({ min: 0, max: 3 }),
    inPlace: fc.boolean(),
    action: fc.constantFrom('REFRESH' as const, 'RESTART' as const, 'REPLACE' as const),
    canary: fc.option(fc.integer({ min: 0, max: 5 })),
  })
  // A group that may neither grow nor shrink cannot change; the API refuses it.
  .filter(({ surge, unavailable, inPlace }) => (inPlace ? unavailable > 0 : surge + unavailable > 0));

function carriedOut(group: PlannedGroup, plan: ReturnType<typeof planGroup>, names: () => string): Member[] {
  return [
    ...group.members
      .filter((each) => !each.leaving && !plan.remove.includes(each.path))
      .map((each) => {
        const update = plan.update.find(({ path }) => path === each.path);
        return { ...each, settled: true, available: true, version: update?.version ?? each.version };
      }),
    ...plan.create.map(({ zone, version }) => aMember(names(), { zone, version, createdAt: '3' })),
  ];
}

describe('planGroup', () => {
  test('repeated until it rests, it reaches the wanted size of each version with an even spread', () => {
    fc.assert(
      fc.property(members, policy, fc.integer({ min: 0, max: 12 }), (given, rules, targetSize) => {
        const { canary, action, ...rest } = rules;
        // What is replaced in its place is missing meanwhile.
        const start = rules.unavailable > 0 ? given : given.map((each) => ({ ...each, pinned: false }));
        let made = 0;
        let group = aGroup({
          ...rest,
          targetSize,
          members: start,
          versions: canary === null ? [undefined] : [undefined, { fixed: canary }],
          actionFor: () => action,
        });
        for (let steps = 0; ; steps++) {
          const plan = planGroup(group);
          const steady = plan.create.length + plan.remove.length + plan.update.length === 0;
          if (steady && group.members.every(({ leaving, settled }) => !leaving && settled)) break;
          group = { ...group, members: carriedOut(group, plan, () => `n${made++}`) };
          expect(steps).toBeLessThan(100);
        }
        expect(group.members).toHaveLength(targetSize);
        if (rules.proactive) {
          const second = canary === null ? 0 : Math.min(canary, targetSize);
          expect(group.members.filter(({ version }) => version === 1)).toHaveLength(second);
          expect(group.members.filter(({ version }) => version === 0)).toHaveLength(targetSize - second);
        }
        const free = group.members.every(({ pinned }) => !pinned);
        const counts = zones.map((zone) => group.members.filter((each) => each.zone === zone).length);
        if (free) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });

  test('a rolling update never goes above target and surge, nor takes what leaves less than target less unavailable', () => {
    fc.assert(
      fc.property(members, policy, fc.integer({ min: 0, max: 12 }), (start, rules, targetSize) => {
        const { canary, action, ...rest } = rules;
        const group = aGroup({
          ...rest,
          proactive: true,
          targetSize,
          members: start,
          versions: canary === null ? [undefined] : [undefined, { fixed: canary }],
          actionFor: () => action,
        });
        const plan = planGroup(group);
        const present = start.filter(({ leaving }) => !leaving);
        const after = present.length + plan.create.length - plan.remove.length;
        expect(after).toBeLessThanOrEqual(Math.max(targetSize + rest.surge, present.length - plan.remove.length));
        const disrupted = new Set([
          ...plan.remove,
          ...plan.update.filter((each) => each.action !== 'REFRESH').map(({ path }) => path),
        ]);
        const before = present.filter(({ available }) => available).length;
        const left = present.filter(({ available, path }) => available && !disrupted.has(path)).length;
        // What is above target and surge has to go whatever runs.
        const forced = Math.max(0, present.length - targetSize - rest.surge);
        expect(left).toBeGreaterThanOrEqual(Math.min(before, Math.max(0, targetSize - rest.unavailable)) - forced);
      }),
      { numRuns: 1000 },
    );
  });

  test('an opportunistic group keeps its old instances until it has to make new ones', () => {
    const old = ['x', 'y', 'z'].map((path, i) => aMember(path, { version: -1, zone: zones[i] ?? '' }));
    expect(planGroup(aGroup({ members: old }))).toEqual({ create: [], remove: [], update: [] });
    expect(planGroup(aGroup({ members: old.slice(1) })).create).toEqual([{ zone: 'a', version: 0 }]);
  });

  test('with room for one more, a proactive group makes the new one, waits for it, and then takes an old one', () => {
    const old = ['x', 'y', 'z'].map((path, i) => aMember(path, { version: -1, zone: zones[i] ?? '' }));
    const rules = { proactive: true, surge: 1, unavailable: 0 };
    expect(planGroup(aGroup({ ...rules, members: old }))).toEqual({
      create: [{ zone: 'a', version: 0 }],
      remove: [],
      update: [],
    });
    const booting = aMember('n', { settled: false, available: false });
    expect(planGroup(aGroup({ ...rules, members: [...old, booting] }))).toEqual({ create: [], remove: [], update: [] });
    const up = aMember('n');
    expect(planGroup(aGroup({ ...rules, members: [...old, up] })).remove).toEqual(['x']);
  });

  test('a new version that cannot start stops the update instead of taking the old one down', () => {
    const old = ['x', 'y', 'z'].map((path, i) => aMember(path, { version: -1, zone: zones[i] ?? '' }));
    const broken = aMember('n', { settled: false, available: false, failing: true });
    const plan = planGroup(aGroup({ proactive: true, surge: 1, unavailable: 0, members: [...old, broken] }));
    expect(plan).toEqual({ create: [], remove: [], update: [] });
  });

  test('shrinking takes what does not run yet first, then the youngest, from the fullest zone, and pinned ones last', () => {
    const booting = { settled: false, available: false };
    const plan = planGroup(
      aGroup({
        targetSize: 2,
        members: [
          aMember('old'),
          aMember('young', { createdAt: '2' }),
          aMember('booting', { zone: 'b', ...booting }),
          aMember('other', { zone: 'b', createdAt: '3' }),
        ],
      }),
    );
    expect([...plan.remove].sort()).toEqual(['booting', 'young']);
    const pinned = planGroup(aGroup({ targetSize: 1, members: [aMember('kept', { pinned: true }), aMember('free')] }));
    expect(pinned.remove).toEqual(['free']);
  });

  test('shapes that may avoid a zone without room do; EVEN waits for it', () => {
    const stuck = aMember('stuck', { zone: 'b', settled: false, available: false, failing: true });
    const full = { targetSize: 1, fullZones: new Set(['b']), members: [stuck] };
    expect(planGroup(aGroup({ ...full, shape: 'ANY' })).remove).toEqual(['stuck']);
    expect(planGroup(aGroup({ ...full, shape: 'EVEN' })).remove).toEqual([]);
    expect(planGroup(aGroup({ shape: 'ANY', fullZones: new Set(['a', 'c']) })).create.map(({ zone }) => zone)).toEqual([
      'b',
      'b',
      'b',
    ]);
    const single = planGroup(
      aGroup({ shape: 'ANY_SINGLE_ZONE', targetSize: 4, members: [aMember('x', { zone: 'c' })] }),
    );
    expect(single.create.map(({ zone }) => zone)).toEqual(['c', 'c', 'c']);
  });

  test('names that are waited for are made first, where they belong', () => {
    const plan = planGroup(aGroup({ targetSize: 2, reserved: [{ name: 'db-0', zone: 'c' }] }));
    expect(plan.create).toEqual([
      { zone: 'c', version: 0, name: 'db-0' },
      { zone: 'a', version: 0 },
    ]);
  });
});
