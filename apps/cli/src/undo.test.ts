import { expect, it } from 'vitest';
import { previewText } from './undo.ts';

const preview = { operation: 'enableServerGroup', account: 'a', changes: [], warnings: [], problems: [] };

it('tells of each change what takes it back, what is left and why, and what changed since', () => {
  const text = previewText({
    executionId: 'x',
    application: 'hello',
    name: 'deploy',
    sentence: 'Takes back what "deploy" did: enables hello-v000 in r.',
    entries: [
      {
        operationId: '2',
        operation: 'disableServerGroup',
        account: 'a',
        did: 'disables hello-v000 in r',
        at: 2,
        steps: [
          {
            provider: 'gce',
            account: 'a',
            operation: 'enableServerGroup',
            description: {},
            sentence: 'enables hello-v000 in r',
            preview: { ...preview, changes: ['Puts hello-v000 into hello-lb.'] },
            settled: false,
          },
        ],
      },
      {
        operationId: '1',
        operation: 'destroyServerGroup',
        account: 'a',
        did: 'destroys hello-v007 in r',
        at: 1,
        steps: [],
        impossible: 'deploy its image again',
      },
    ],
    drift: ['server group hello-v000 in r: size was 2 and is 3'],
    underWay: [],
    children: ['01CHILD'],
    problems: [],
    needsForce: true,
  });
  expect(text.split('\n')).toEqual([
    'Takes back what "deploy" did: enables hello-v000 in r.',
    '- disables hello-v000 in r',
    '    enables hello-v000 in r',
    '      Puts hello-v000 into hello-lb.',
    '- destroys hello-v007 in r',
    '    cannot be taken back: deploy its image again',
    'Changed since: server group hello-v000 in r: size was 2 and is 3',
    'Not part of this: execution 01CHILD, which it started; undo it by itself.',
  ]);
});
