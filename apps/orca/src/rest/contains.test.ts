import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains } from './contains.ts';

describe('a trigger that is searched for', () => {
  it('contains itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contains(value, value)).toBe(true);
      }),
    );
  });

  it('is found by some of its keys, and by texts in any case', () => {
    const trigger = { type: 'jenkins', payload: { Ref: 'Main', n: 3 }, artifacts: [{ name: 'a' }, { name: 'b' }] };
    expect(contains(trigger, { payload: { Ref: 'main' } })).toBe(true);
    expect(contains(trigger, { payload: { Ref: 'main', n: 4 } })).toBe(false);
    expect(contains(trigger, { missing: null })).toBe(false);
  });

  it('is found by patterns that match a text as a whole, and no pattern hangs', () => {
    expect(contains({ branch: 'release-1.2' }, { branch: 'release-.*' })).toBe(true);
    expect(contains({ branch: 'a-release-1.2' }, { branch: 'release-.*' })).toBe(false);
    expect(contains({ number: 17 }, { number: '1[0-9]' })).toBe(true);
    expect(contains({ name: 'a(' }, { name: 'A(' })).toBe(true);
    expect(contains({ name: 'a'.repeat(50_000) }, { name: '(a+)+b' })).toBe(false);
  });

  it('has an item of its own for each wanted item', () => {
    const list = [{ a: 1, b: 1 }, { a: 1 }];
    expect(contains(list, [{ a: 1 }, { b: 1 }])).toBe(true);
    expect(contains(list, [{ b: 1 }, { a: 1 }])).toBe(true);
    expect(contains(list, [{ b: 1 }, { b: 1 }])).toBe(false);
  });
});
