import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeVersions } from './merge-versions.ts';

const bake = { refId: '1', type: 'bake', package: 'hello' };
const wait = { refId: '2', type: 'wait', waitTime: 5 };
const base = { name: 'Deliver', updateTs: '1', stages: [bake, wait] };
const none = new Map<string, 'mine' | 'theirs'>();

describe('joining two versions of one pipeline', () => {
  it('keeps what either side changed, by stage and field, and the stored version’s own keys', () => {
    const theirs = { ...base, updateTs: '2', stages: [{ ...bake, package: 'hello-api' }, wait] };
    const mine = {
      ...base,
      name: 'Deliver all',
      stages: [bake, { ...wait, waitTime: 9 }, { refId: '3', type: 'wait' }],
    };
    expect(mergeVersions(base, theirs, mine, none)).toEqual({
      document: {
        name: 'Deliver all',
        updateTs: '2',
        stages: [
          { ...bake, package: 'hello-api' },
          { ...wait, waitTime: 9 },
          { refId: '3', type: 'wait' },
        ],
      },
      collisions: [],
    });
  });

  it('names where both changed the same, and keeps the side that was chosen', () => {
    const theirs = { ...base, stages: [bake, { ...wait, waitTime: 7 }] };
    const mine = { ...base, stages: [bake, { ...wait, waitTime: 9 }] };
    const path = 'stages[2].waitTime';
    expect(mergeVersions(base, theirs, mine, none)).toEqual({
      document: mine,
      collisions: [{ path, theirs: 7, mine: 9 }],
    });
    expect(mergeVersions(base, theirs, mine, new Map([[path, 'theirs']])).document).toEqual(theirs);
  });

  it('a stage that one took away and the other changed is a collision, no silent loss', () => {
    const theirs = { ...base, stages: [bake] };
    const mine = { ...base, stages: [bake, { ...wait, waitTime: 9 }] };
    const { document, collisions } = mergeVersions(base, theirs, mine, none);
    expect(collisions).toEqual([{ path: 'stages[2]', theirs: undefined, mine: { ...wait, waitTime: 9 } }]);
    expect(document).toEqual(mine);
    expect(mergeVersions(base, theirs, mine, new Map([['stages[2]', 'theirs']])).document).toEqual(theirs);
  });

  it('a stage that one took away is gone when the other left it alone, and a new order is followed', () => {
    expect(mergeVersions(base, { ...base, stages: [bake] }, { ...base, name: 'x' }, none).document).toEqual({
      ...base,
      name: 'x',
      stages: [bake],
    });
    const turned = { ...base, stages: [wait, bake] };
    const changed = { ...base, stages: [{ ...bake, package: 'b' }, wait] };
    const result = [wait, { ...bake, package: 'b' }];
    expect(mergeVersions(base, turned, changed, none).document['stages']).toEqual(result);
    expect(mergeVersions(base, changed, turned, none).document['stages']).toEqual(result);
  });

  it('gives the other side whole when one changed nothing, and never collides with itself', () => {
    const document = fc.dictionary(
      fc.constantFrom('name', 'stages', 'tags', 'limit'),
      fc.oneof(fc.integer(), fc.string(), fc.array(fc.record({ refId: fc.string(), waitTime: fc.integer() }))),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(document, document, (from, to) => {
        expect(mergeVersions(from, from, to, none)).toEqual({ document: to, collisions: [] });
        expect(mergeVersions(from, to, from, none)).toEqual({ document: to, collisions: [] });
        expect(mergeVersions(from, to, to, none)).toEqual({ document: to, collisions: [] });
      }),
    );
  });
});
