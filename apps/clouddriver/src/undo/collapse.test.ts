import type { Inverse } from '@gennaker/extension-sdk/cloud';
import { describe, expect, it } from 'vitest';
import { type Change, decide } from './collapse.ts';

const at = { credentials: 'lab', region: 'r' };
const change = (operation: string, serverGroupName: string, inverse: Inverse | undefined): Change => ({
  operation,
  account: 'lab',
  description: operation === 'createServerGroup' ? at : { ...at, serverGroupName },
  inverse,
});
const back = (operation: string, serverGroupName: string, more: object = {}): Inverse => ({
  operations: [{ [operation]: { ...at, serverGroupName, ...more } }],
});
const created = change('createServerGroup', '', back('destroyServerGroup', 'hello-v001'));

describe('what takes back the changes of an execution', () => {
  it('is each one’s own inverse for a red/black deploy', () => {
    expect(
      decide([created, change('disableServerGroup', 'hello-v000', back('enableServerGroup', 'hello-v000'))]),
    ).toEqual([back('destroyServerGroup', 'hello-v001'), back('enableServerGroup', 'hello-v000')]);
  });

  it('brings back at once what several changes of the same did in steps: how the first one found it', () => {
    const steps = [25, 50, 100].map((_, index) =>
      change(
        'disableServerGroup',
        'hello-v000',
        back('enableServerGroup', 'hello-v000', index === 0 ? {} : { desiredPercentage: 100 - index * 25 }),
      ),
    );
    expect(decide(steps)).toEqual([
      { left: expect.stringContaining('a later change of the same') },
      { left: expect.stringContaining('a later change of the same') },
      back('enableServerGroup', 'hello-v000'),
    ]);
  });

  it('leaves alone what it destroys anyway', () => {
    expect(
      decide([created, change('resizeServerGroup', 'hello-v001', back('resizeServerGroup', 'hello-v001'))]),
    ).toEqual([back('destroyServerGroup', 'hello-v001'), { left: 'the undo destroys it' }]);
  });

  it('says what cannot be taken back, and does not touch what is gone', () => {
    const gone: Inverse = { impossible: 'deploy its image again' };
    expect(
      decide([
        change('disableServerGroup', 'hello-v000', back('enableServerGroup', 'hello-v000')),
        change('destroyServerGroup', 'hello-v000', gone),
        change('rebootInstances', 'hello-v002', undefined),
      ]),
    ).toEqual([
      { left: 'the execution destroyed it later' },
      gone,
      { impossible: 'rebootInstances cannot be taken back' },
    ]);
  });

  it('has nothing to do about a server group that the execution made and destroyed', () => {
    expect(decide([created, change('destroyServerGroup', 'hello-v001', { impossible: 'gone' })])).toEqual([
      { left: 'the execution destroyed it again' },
      { left: 'the execution had made it itself' },
    ]);
  });

  it('does nothing for a change that changed nothing', () => {
    expect(decide([change('enableServerGroup', 'hello-v000', { operations: [] })])).toEqual([
      { left: 'it changed nothing' },
    ]);
  });
});
