import { expect, test } from 'vitest';
import { groupProblems } from './group-problems.ts';

const member = (name: string, code: string, instanceStatus?: string) => ({
  name,
  instanceStatus,
  lastAttempt: { errors: { errors: [{ code, message: `${code} in words` }] } },
});

test.each([
  ['QUOTA_EXCEEDED', 'quota', true],
  ['ZONE_RESOURCE_POOL_EXHAUSTED', 'stockOut', true],
  ['PERMISSIONS_ERROR', 'permission', true],
  ['RESOURCE_NOT_FOUND', 'notFound', true],
  ['BOOT_FAILED', 'boot', true],
  ['CONDITION_NOT_MET', 'precondition', true],
  ['IP_SPACE_EXHAUSTED', 'addresses', true],
  ['IP_SPACE_EXHAUSTED_WITH_DETAILS', 'addresses', true],
  ['REGION_RESOURCE_POOL_EXHAUSTED', 'stockOut', true],
  ['INVALID_USAGE', 'invalid', true],
  ['UNSUPPORTED_OPERATION', 'invalid', true],
  ['RESOURCE_NOT_READY', 'notReady', false],
  ['INTERNAL_ERROR', 'unavailable', false],
  ['RATE_LIMIT_EXCEEDED', 'rateLimit', false],
  ['SOMETHING_NEW', 'unknown', false],
])('%s is a problem of sort %s', (code, kind, lasting) => {
  expect(groupProblems([member('a', code)])).toEqual([
    { instance: 'a', kind, code, message: `${code} in words`, lasting },
  ]);
});

test('an instance that runs has no problem any more, and one that was never tried has none yet', () => {
  expect(groupProblems([member('a', 'QUOTA_EXCEEDED', 'RUNNING'), { name: 'b' }])).toEqual([]);
});
