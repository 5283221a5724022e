import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findByPath } from './bounded-json-path.ts';
import { unmetConstraint } from './payload-constraints.ts';

describe('payload constraints', () => {
  it('look at a top-level key before a JSONPath, into lists, and at numbers as text', () => {
    expect(unmetConstraint({ 'a.b': '^1$' }, { 'a.b': 1, a: { b: 2 } })).toBeUndefined();
    expect(
      unmetConstraint({ '$.commits[*].branch': '^main$' }, { commits: [{ branch: 'x' }, { branch: 'main' }] }),
    ).toBe(undefined);
    expect(unmetConstraint({ '$.tags': '^v2$' }, { tags: ['v1', 'v2'] })).toBeUndefined();
    expect(unmetConstraint({ '$.missing': '.*' }, {})?.summary).toBe(
      'the body has no "$.missing", which must match /.*/',
    );
  });

  it('that cannot be judged say what to correct', () => {
    expect(unmetConstraint({ a: '(?=x)' }, { a: 'x' })?.next).toContain('RE2');
    expect(unmetConstraint({ '$..[?(@.x)]': 'x' }, { a: { x: 'x' } })?.summary).toContain('no filters');
  });

  it('are not slowed down by patterns that make other engines explode', () => {
    expect(unmetConstraint({ a: '^(a+)+$' }, { a: `${'a'.repeat(50_000)}!` })).toBeDefined();
  });

  it('are met exactly when the value is found as literal text', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/);
    const word = fc.stringMatching(/^[a-z0-9]{1,10}$/);
    fc.assert(
      fc.property(key, word, word, (name, value, pattern) => {
        expect(unmetConstraint({ [name]: pattern }, { [name]: value }) === undefined).toBe(value.includes(pattern));
      }),
    );
  });

  it('never throw, whatever the body and the constraints are', () => {
    const constraint = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(constraint, fc.object({ maxDepth: 3 }), (constraints, body) => {
        expect(unmetConstraint(constraints, body)?.summary).not.toBe('');
      }),
    );
  });

  it('ask with null for no more than a value', () => {
    expect(unmetConstraint({ a: null }, { a: 0 })).toBeUndefined();
    expect(unmetConstraint({ a: null }, { a: null })?.summary).toBe('the body has no "a"');
    expect(unmetConstraint({ '$.a.b': null }, { a: {} })?.summary).toBe('the body has no "$.a.b"');
  });

  it('look at top-level keys alone where paths are not meant', () => {
    expect(unmetConstraint({ 'a.b': '1' }, { a: { b: 1 } })).toBeUndefined();
    expect(unmetConstraint({ 'a.b': '1' }, { a: { b: 1 } }, { keysOnly: true, whole: 'the message' })?.summary).toBe(
      'the message has no "a.b", which must match /1/',
    );
  });

  it('are not searched in texts that are too long', () => {
    expect(unmetConstraint({ a: 'x' }, { a: 'x'.repeat(70_000) })?.summary).toBe(
      '"a" has 70000 characters, and patterns are searched in at most 65536',
    );
  });
});

describe('a JSONPath', () => {
  it('finds what it names, as it is', () => {
    const document = { a: [{ b: { c: 1 } }, { b: { c: 2 } }], 'x-y': 'z' };
    expect(findByPath(document, '$.a[*].b.c')).toEqual([1, 2]);
    expect(findByPath(document, '$..c')).toEqual([1, 2]);
    expect(findByPath(document, '$.a[1:]')).toEqual([{ b: { c: 2 } }]);
    expect(findByPath(document, '$.a[1:]')[0]).toBe(document.a[1]);
    expect(findByPath(document, "$['x-y']")).toEqual(['z']);
    expect(findByPath(document, 'a[0].b.c')).toEqual([1]);
    expect(findByPath(document, '$.nowhere.at.all')).toEqual([]);
  });

  it('may not filter, unite, look upwards or be long', () => {
    for (const path of ['$..[?(@.x)]', "$['a','b']", '$.a^', '$[$,$][$,$]', '$.a~', `$${'.a'.repeat(200)}`])
      expect(() => findByPath({}, path)).toThrow('the path');
  });

  it('gives up where it would look at too much', () => {
    const wide = (depth: number): object => (depth === 0 ? {} : { a: wide(depth - 1), b: wide(depth - 1) });
    expect(() => findByPath(wide(10), '$..*..*..*..x')).toThrow('looks at more than 100000 places');
  });
});
