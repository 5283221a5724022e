import { describe, expect, it } from 'vitest';
import { graphProblems, linkStages } from './pipeline-graph.ts';

describe('the graph of a pipeline', () => {
  it('is the array order when no stage has a refId', () => {
    expect(linkStages([{ type: 'wait' }, { type: 'wait' }])).toEqual([
      { refId: '0', requisiteStageRefIds: [] },
      { refId: '1', requisiteStageRefIds: ['0'] },
    ]);
    expect(graphProblems([{ type: 'wait' }, { type: 'wait' }])).toEqual([]);
  });
  it('takes numbers as refIds', () => {
    expect(linkStages([{ refId: 1 }, { refId: 2, requisiteStageRefIds: [1, 1] }])[1]).toEqual({
      refId: '2',
      requisiteStageRefIds: ['1'],
    });
  });
  it('names duplicates, dangling references, missing refIds and bad lists', () => {
    const kinds = graphProblems([
      { refId: '1' },
      { refId: '1', requisiteStageRefIds: ['9'] },
      { name: 'x' },
      { refId: '3', requisiteStageRefIds: 'no' },
    ]).map((p) => p.kind);
    expect(kinds).toEqual(['duplicate', 'missing', 'invalid', 'dangling']);
  });
  it('shows the circle', () => {
    const [problem] = graphProblems([
      { refId: 'a' },
      { refId: 'b', requisiteStageRefIds: ['a', 'd'] },
      { refId: 'c', requisiteStageRefIds: ['b'] },
      { refId: 'd', requisiteStageRefIds: ['c'] },
      { refId: 'e', requisiteStageRefIds: ['d'] },
    ]);
    expect(problem?.kind).toBe('cycle');
    expect(problem?.message).toMatch(/b -> c -> d -> b|c -> d -> b -> c|d -> b -> c -> d/);
  });
});
