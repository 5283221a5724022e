import type { Pipeline } from '@gennaker/contracts/front50';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addStage,
  canConnect,
  connect,
  disconnect,
  downstreamOf,
  patchStage,
  removeStage,
  replaceStage,
  setRequisites,
  stagesOf,
  upstreamOf,
} from './pipeline-operations.ts';

const base: Pipeline = { name: 'p', application: 'a', unknownKey: { kept: [1, 2] } };
const chain: Pipeline = {
  ...base,
  stages: [
    { type: 'wait', name: 'A', refId: '1', requisiteStageRefIds: [], custom: 'x' },
    { type: 'wait', name: 'B', refId: '2', requisiteStageRefIds: ['1'] },
    { type: 'wait', name: 'C', refId: '3', requisiteStageRefIds: ['2'] },
  ],
};
const requisites = (pipeline: Pipeline, refId: string) =>
  stagesOf(pipeline).find((stage) => stage.refId === refId)?.requisiteStageRefIds;

type Operation =
  | { readonly do: 'add'; readonly at: number }
  | { readonly do: 'remove'; readonly at: number }
  | { readonly do: 'connect' | 'disconnect'; readonly from: number; readonly to: number }
  | { readonly do: 'requisites'; readonly at: number; readonly of: readonly number[] }
  | { readonly do: 'patch'; readonly at: number; readonly value: number };
const place = fc.nat(12);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), at: place }),
  fc.record({ do: fc.constant('remove' as const), at: place }),
  fc.record({ do: fc.constantFrom('connect' as const, 'disconnect' as const), from: place, to: place }),
  fc.record({ do: fc.constant('requisites' as const), at: place, of: fc.array(place, { maxLength: 4 }) }),
  fc.record({ do: fc.constant('patch' as const), at: place, value: fc.integer() }),
);

/** Does what the editor would do with this operation; indices wrap around the stages there are. */
function apply(pipeline: Pipeline, step: Operation): Pipeline {
  const stages = stagesOf(pipeline);
  const ref = (at: number): string => stages[at % Math.max(1, stages.length)]?.refId ?? 'none';
  switch (step.do) {
    case 'add':
      return addStage(pipeline, stages.length > 0 && step.at > 2 ? ref(step.at) : undefined, {
        type: 'wait',
        name: 'Wait',
        mark: step.at,
      }).pipeline;
    case 'remove':
      return removeStage(pipeline, ref(step.at));
    case 'connect':
      return connect(pipeline, ref(step.from), ref(step.to));
    case 'disconnect':
      return disconnect(pipeline, ref(step.from), ref(step.to));
    case 'requisites':
      return setRequisites(pipeline, ref(step.at), step.of.map(ref));
    case 'patch':
      return patchStage(pipeline, ref(step.at), { waitTime: step.value, refId: 'stolen', requisiteStageRefIds: ['9'] });
  }
}

describe('editing a pipeline', () => {
  it('stays a graph that can run, whatever is done in whatever order', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (steps) => {
        const edited = steps.reduce(apply, base);
        expect(graphProblems(edited.stages ?? [])).toEqual([]);
        expect(edited['unknownKey']).toEqual({ kept: [1, 2] });
        for (const stage of edited.stages ?? []) expect(stage).toHaveProperty('mark');
      }),
      { numRuns: 300 },
    );
  });

  it('never changes the pipeline it was given', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 15 }), operation, (steps, last) => {
        const before = steps.reduce(apply, base);
        const copy = structuredClone(before);
        apply(before, last);
        expect(before).toEqual(copy);
      }),
    );
  });

  it('gives stages without refIds the order of the array before the first edit', () => {
    const plain: Pipeline = { ...base, stages: [{ type: 'bake' }, { type: 'deploy' }] };
    const { pipeline, refId } = addStage(plain, '1', { type: 'wait', name: 'Wait' });
    expect(stagesOf(pipeline).map((stage) => [stage.refId, stage.requisiteStageRefIds])).toEqual([
      ['0', []],
      ['1', ['0']],
      [refId, ['1']],
    ]);
  });

  it('closes the gap when a stage in the middle goes', () => {
    const edited = removeStage(chain, '2');
    expect(requisites(edited, '3')).toEqual(['1']);
    expect(edited.stages?.[0]).toMatchObject({ custom: 'x' });
  });

  it('refuses circles and loops', () => {
    expect(canConnect(chain, '3', '1')).toBe(false);
    expect(canConnect(chain, '1', '1')).toBe(false);
    expect(canConnect(chain, '1', '3')).toBe(true);
    expect(connect(chain, '3', '1')).toBe(chain);
  });

  it('knows what runs before and after', () => {
    expect([...downstreamOf(chain, '2')]).toEqual(['2', '3']);
    expect(upstreamOf(chain, '3').map(({ name }) => name)).toEqual(['B', 'A']);
  });

  it('removes a key that is set to undefined and leaves the others', () => {
    const edited = patchStage(chain, '1', { custom: undefined, comments: 'why' });
    expect(edited.stages?.[0]).toEqual({
      type: 'wait',
      name: 'A',
      refId: '1',
      requisiteStageRefIds: [],
      comments: 'why',
    });
  });

  it('keeps the place in the graph when a stage is replaced by other JSON', () => {
    const edited = replaceStage(chain, '2', { type: 'webhook', name: 'Other', refId: '77', requisiteStageRefIds: [] });
    expect(edited.stages?.[1]).toEqual({ type: 'webhook', name: 'Other', refId: '2', requisiteStageRefIds: ['1'] });
  });
});
