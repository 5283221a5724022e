import { describe, expect, it } from 'vitest';
import { changesBetween, conflictsOf } from './changes.ts';

const before = {
  name: 'Deploy',
  updateTs: '1',
  stages: [
    { refId: '1', name: 'Bake', type: 'bake', package: 'a' },
    { refId: '2', name: 'Wait', type: 'wait', waitTime: 5 },
  ],
  tags: ['x'],
};

describe('what changed between two versions', () => {
  it('nothing, when only what the system writes differs', () => {
    expect(changesBetween(before, { ...before, updateTs: '2', lastModifiedBy: 'x' })).toEqual([]);
  });

  it('names the stage, not its place', () => {
    const after = {
      ...before,
      stages: [
        { refId: '3', name: 'Deploy', type: 'deploy' },
        { refId: '1', name: 'Bake', type: 'bake', package: 'b' },
      ],
    };
    expect(changesBetween(before, after).map(({ sentence }) => sentence)).toEqual([
      'stages[Wait] was removed {"refId":"2","name":"Wait","type":"wait","waitTime":5}',
      'stages[Deploy] was added {"refId":"3","name":"Deploy","type":"deploy"}',
      'stages[Bake].package "a" became "b"',
    ]);
  });

  it('tells another order, keys that come and go, and lists without names as a whole', () => {
    const after = { ...before, stages: before.stages.toReversed(), tags: ['x', 'y'], disabled: true };
    expect(changesBetween(before, after).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'moved stages',
      'changed tags',
      'added disabled',
    ]);
  });
});

it('conflicts are paths that both changed, to different values', () => {
  const with_ = (stage: Record<string, unknown>) => ({
    ...before,
    stages: [{ ...before.stages[0], ...stage }, before.stages[1]],
  });
  const theirs = changesBetween(before, with_({ package: 'b', baseOs: 'x' }));
  expect(conflictsOf(theirs, changesBetween(before, with_({ package: 'c' })))).toEqual(['stages[Bake].package']);
  expect(conflictsOf(theirs, changesBetween(before, with_({ package: 'b' })))).toEqual([]);
});
