import { describe, expect, test } from 'vitest';
import { compileFilter } from './filter.ts';

const item = { name: 'hello-v001', status: 'READY', labels: { app: 'hello', tier: 'front end' }, size: 12 };

describe('compileFilter', () => {
  test.each([
    ['', true],
    ['name = hello-v001', true],
    ['name=hello-v00', false],
    ['name eq hello-v001', true],
    ['name eq hello.*', true],
    ['name eq ello', false],
    ['name ne ello', true],
    ['name != hello-v001', false],
    ['name = hello-*', true],
    ['name eq "hello-v001"', true],
    ['labels.app = hello', true],
    ['labels.tier = "front end"', true],
    ['labels.gone:*', false],
    ['labels.app:*', true],
    ['(name = hello-v001) (status = READY)', true],
    ['(name = hello-v001) AND (status = PENDING)', false],
    ['(name = x) OR (status = READY)', true],
    ['NOT name = x', true],
    ['size > 9', true],
    ['size <= 11', false],
  ])('%s is %s', (filter, expected) => {
    expect(compileFilter(filter)(item)).toBe(expected);
  });

  test.each(['name', 'name =', '(name = a', 'name eq (', 'name ~ x', 'name = a)'])(
    '%s is refused with 400',
    (filter) => {
      expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ status: 400, reason: 'invalid' }));
    },
  );
});
