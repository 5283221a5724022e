import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, inWords } from './differences.ts';

describe('what is asked for beside what there is', () => {
  it('names each field that is otherwise, in words', () => {
    expect(
      differences(
        { image: 'hello-1', capacity: { min: 1, max: 1, desired: 1 }, tags: ['web'] },
        { image: 'hello-2', capacity: { desired: 2, min: 2, max: 2 }, tags: ['web'] },
      ),
    ).toEqual([
      { field: 'image', before: 'hello-1', after: 'hello-2' },
      { field: 'capacity', before: '1', after: '2' },
    ]);
  });
  it('is not otherwise where nothing is said, or the same in another order', () => {
    expect(differences({ image: 'hello-1', a: { x: 1, y: 2 } }, { image: undefined, a: { y: 2, x: 1 } })).toEqual([]);
  });
  it('tells an emptied list, and none where nothing was listed before', () => {
    expect(differences({ tags: ['web'], loadBalancers: undefined }, { tags: [], loadBalancers: [] })).toEqual([
      { field: 'tags', before: 'web', after: 'none' },
    ]);
  });
  it('of anything and itself there is none', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (any) => differences(any, any).length === 0));
  });
  it('has words for every value', () => {
    fc.assert(fc.property(fc.jsonValue(), (any) => typeof inWords(any) === 'string'));
  });
});
