import { expect, test } from 'vitest';
import { GceFailure, isPassing, kindOf, normalizeGceError, operationError } from './errors.ts';

const body = (code: number, reason: string, message: string) =>
  JSON.stringify({ error: { code, message, errors: [{ message, domain: 'global', reason }] } });

test.each([
  ['JSON as message', Object.assign(new Error(body(404, 'notFound', 'gone')), { code: 404 }), 404, 'notFound', 'gone'],
  ['gRPC code', Object.assign(new Error('exists already'), { code: 6 }), 409, 'alreadyExists', 'exists already'],
  ['both codes', Object.assign(new Error('stale'), { code: 9, httpStatusCode: 412 }), 412, 'conditionNotMet', 'stale'],
  [
    'text alone',
    Object.assign(new Error("The instance_template resource 'x' is already being used by 'y'"), { code: 3 }),
    400,
    'resourceInUseByAnotherResource',
    "The instance_template resource 'x' is already being used by 'y'",
  ],
  [
    'nobody answers',
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
    0,
    'unreachable',
    'connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    'no answer in time',
    new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
    0,
    'unreachable',
    'The operation was aborted due to timeout',
  ],
])('%s', (_name, error, http, reason, message) => {
  expect(normalizeGceError(error)).toEqual({ http, reason, kind: kindOf(reason), message });
});

test('what heals by waiting is told from what does not', () => {
  const passes = (reason: string) => isPassing({ reason });
  expect(['rateLimitExceeded', 'resourceNotReady', 'backendError', 'unreachable'].every(passes)).toBe(true);
  expect(['quotaExceeded', 'forbidden', 'notFound', 'alreadyExists', 'conditionNotMet'].some(passes)).toBe(false);
});

test('the error of an operation', () => {
  expect(operationError({})).toBeNull();
  expect(operationError({ error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'no more' }] } })).toEqual({
    http: 0,
    reason: 'quotaExceeded',
    kind: 'quota',
    message: 'no more',
  });
  expect(new GceFailure('Instances.get', { http: 404, reason: 'notFound', message: 'gone' }).message).toBe(
    'Instances.get failed: gone (404 notFound)',
  );
});

test.each([
  ['QUOTA_EXCEEDED', 'quota'],
  ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS', 'stockOut'],
  ['PERMISSIONS_ERROR', 'permission'],
  ['RESOURCE_NOT_FOUND', 'notFound'],
  ['RESOURCE_ALREADY_EXISTS', 'conflict'],
  ['CONDITION_NOT_MET', 'precondition'],
  ['RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', 'inUse'],
  ['RATE_LIMIT_EXCEEDED', 'rateLimit'],
  ['INTERNAL_ERROR', 'unavailable'],
  ['INVALID_FIELD_VALUE', 'invalid'],
  ['SOMETHING_NEW', 'unknown'],
])('%s of an operation is a failure of sort %s', (code, kind) => {
  expect(operationError({ error: { errors: [{ code, message: 'its words' }] } })).toMatchObject({
    kind,
    message: 'its words',
  });
});
