import { deepEqual, equal, ok } from 'node:assert/strict';
import { expect, test } from 'vitest';
import { tellFailure } from './tell-failure.ts';

function told(check: () => void): string {
  try {
    check();
  } catch (error) {
    return tellFailure(error);
  }
  throw new Error('The check passed.');
}

test('a difference is told by its whole path, with what is and what should be', () => {
  const before = { 'zones/a/instances/x': { status: 'RUNNING', tags: ['web', 'old'] }, 'global/images/i': { id: '1' } };
  const after = { 'zones/a/instances/x': { status: 'STOPPED', tags: ['web'] }, 'global/firewalls/f': { id: '2' } };
  const text = told(() => deepEqual(after, before, 'after write 3'));
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'after write 3',
    'zones/a/instances/x › status: is "STOPPED", should be "RUNNING"',
    'zones/a/instances/x › tags › 1: is absent, should be "old"',
    'global/firewalls/f: is {"id":"2"}, should be absent',
    'global/images/i: is absent, should be {"id":"1"}',
  ]);
});

test('a failure where there should be none is told in its own words', () => {
  expect(told(() => equal({ summary: 'Required permission is missing' }, null, 'before write 1'))).toContain(
    'is {"summary":"Required permission is missing"}, should be null',
  );
  expect(told(() => ok(false, '3 deaths'))).toContain('3 deaths');
  expect(told(() => equal(1, 2))).toContain('1 !== 2');
});

test('of many differences twenty are told and the rest is counted; long values are cut', () => {
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`key-${index}`, 'x'.repeat(1_000)]));
  const text = told(() => deepEqual({}, many));
  expect(text.split('\n')).toHaveLength(21);
  expect(text).toContain('and 5 differences more');
  expect(text).toContain('(1002 characters)');
});

test('another error is told with what caused it', () => {
  const error = new Error('The world is gone.', { cause: new Error('connect ECONNREFUSED') });
  expect(tellFailure(error)).toContain('because of: Error: connect ECONNREFUSED');
});
