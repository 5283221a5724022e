import { badRequest } from '@gennaker/contracts/error';
import { describe, expect, it } from 'vitest';
import { errorBody } from './error-body.ts';

const driverError = (code: string): Error => Object.assign(new Error('the database system is starting up'), { code });

describe('the body of an error', () => {
  it('keeps status and details of what a service says itself', () => {
    expect(errorBody(badRequest('No such zone', { field: 'zone' }), 7)).toMatchObject({
      status: 400,
      message: 'No such zone',
      field: 'zone',
      timestamp: 7,
    });
  });
  it.each([
    driverError('57P03'),
    driverError('08006'),
    driverError('53300'),
    driverError('ECONNREFUSED'),
    driverError('P1001'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ])('says 503, so that callers ask again, while the database is away: $code $message', (error) => {
    expect(errorBody(error, 7)).toMatchObject({
      status: 503,
      error: 'Service Unavailable',
      message: `The database cannot be reached: ${error.message}`,
      fix: expect.stringContaining('again'),
    });
  });
  it.each([driverError('23505'), driverError('42P01'), new TypeError('x is undefined'), new Error('fetch failed')])(
    'says 500 of anything else: $code $message',
    (error) => {
      expect(errorBody(error, 7)).toMatchObject({ status: 500, message: error.message });
    },
  );
});
