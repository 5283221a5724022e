import { describe, expect, test } from 'vitest';
import { allowedAction, neededAction } from './update-action.ts';

const base = { machineType: 'e2-micro', disks: [{ boot: true }], tags: { items: ['web'] } };

describe('updates', () => {
  test.each([
    ['nothing', {}, 'NONE'],
    ['tags', { tags: { items: [] } }, 'REFRESH'],
    ['metadata', { metadata: { items: [{ key: 'a', value: 'b' }] } }, 'REFRESH'],
    ['the machine type', { machineType: 'e2-medium', tags: { items: [] } }, 'RESTART'],
    ['a disk', { disks: [{ boot: false }] }, 'REPLACE'],
    ['the network', { networkInterfaces: [{ network: 'n' }] }, 'REPLACE'],
  ])('a change of %s needs the least that brings it about', (_, change, action) => {
    expect(neededAction(base, { ...base, ...change })).toBe(action);
  });

  test('an instance whose template is gone is replaced', () => {
    expect(neededAction(undefined, base)).toBe('REPLACE');
  });

  test.each([
    ['REFRESH', {}, 'REPLACE'],
    ['REFRESH', { minimalAction: 'NONE' }, 'REFRESH'],
    ['REFRESH', { minimalAction: 'RESTART' }, 'RESTART'],
    ['REPLACE', { minimalAction: 'RESTART' }, 'REPLACE'],
    ['REPLACE', { mostDisruptiveAllowedAction: 'RESTART' }, undefined],
    ['REFRESH', { mostDisruptiveAllowedAction: 'RESTART' }, 'RESTART'],
  ] as const)('%s under %j is done as %s', (needed, policy, action) => {
    expect(allowedAction(needed, policy)).toBe(action);
  });
});
