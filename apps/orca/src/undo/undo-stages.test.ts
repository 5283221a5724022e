import type { UndoEntry } from '@gennaker/contracts/cloud-undo';
import { expect, it } from 'vitest';
import { undoStages } from './undo-stages.ts';

const entry = (operation: string, sentence: string, description: Record<string, unknown>): UndoEntry => ({
  operationId: `of ${operation}`,
  operation: 'any',
  account: 'lab',
  did: 'something',
  at: 1,
  steps: [
    {
      provider: 'gce',
      account: 'lab',
      operation,
      description,
      sentence,
      preview: { operation, account: 'lab', changes: [], warnings: [], problems: [] },
      settled: false,
    },
  ],
});
const group = (serverGroupName: string) => ({ credentials: 'lab', region: 'r', serverGroupName });

it('has what serves again be healthy just before something else of its cluster is taken away', () => {
  const stages = undoStages([
    entry('enableServerGroup', 'enables hello-v000 in r', group('hello-v000')),
    entry('destroyServerGroup', 'destroys hello-v001 in r', group('hello-v001')),
    entry('destroyServerGroup', 'destroys other-v001 in r', group('other-v001')),
  ]);
  expect(stages).toMatchObject([
    { type: 'enableServerGroup', name: 'Enables hello-v000 in r', serverGroupName: 'hello-v000' },
    {
      type: 'destroyServerGroup',
      undoes: 'of destroyServerGroup',
      onlyWhileHealthy: { account: 'lab', region: 'r', serverGroupName: 'hello-v000' },
    },
    { type: 'destroyServerGroup', serverGroupName: 'other-v001' },
  ]);
  expect(stages[2]).not.toHaveProperty('onlyWhileHealthy');
});

it('hands what has no stage that waits for it to the cloud as it was recorded', () => {
  expect(
    undoStages([entry('upsertImageTags', 'brings the labels of image i back', { imageName: 'i', tags: {} })]),
  ).toEqual([
    {
      type: 'undoOperation',
      name: 'Brings the labels of image i back',
      cloudProvider: 'gce',
      credentials: 'lab',
      operation: 'upsertImageTags',
      description: { imageName: 'i', tags: {} },
      undoes: 'of upsertImageTags',
    },
  ]);
});
