import { expect, test } from 'vitest';
import { locksText } from './locks.ts';

test('locks are told with the cluster, who changes it for how long, and who waits in which order', () => {
  const lock = {
    account: 'prod',
    region: 'eu',
    cluster: 'hello-main',
    holder: 'E/S',
    reason: 'stage "Deploy"',
    since: 1_000,
    epoch: 1,
    expires: 90_000,
    waiting: [
      { holder: 'F/T', reason: 'stage "Roll back"' },
      { holder: 'operation X', reason: '' },
    ],
  };
  expect(locksText([lock], 13_000).split('\n')).toEqual([
    'hello-main in eu of prod: stage "Deploy", for 12 s',
    '  held by E/S',
    '  1. waits: stage "Roll back"',
    '  2. waits: operation X',
  ]);
  expect(locksText([], 0)).toBe('Nobody changes a cluster now.');
});
