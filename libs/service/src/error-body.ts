import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { type ErrorBody, ServiceError } from '@gennaker/contracts/error';
import { isDatabaseAway } from './database-away.ts';

/**
 * The common error body of any thrown thing. A database that is away is nobody's bug: 503, so that callers ask again. What
 * else is no ServiceError is one: 500, its text kept out of the answer's details.
 * @param now epoch milliseconds
 */
export function errorBody(error: unknown, now: number): ErrorBody {
  const known = error instanceof ServiceError ? error : isDatabaseAway(error) ? databaseAway(error) : undefined;
  const status = known?.status ?? statusOf(error) ?? 500;
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  return {
    ...known?.details,
    timestamp: now,
    status,
    error: STATUS_CODES[status] ?? 'Error',
    exception: error instanceof Error ? error.name : 'Error',
    message,
  };
}

function databaseAway(error: unknown): ServiceError {
  const text = error instanceof Error ? error.message : String(error);
  return new ServiceError(503, `The database cannot be reached: ${text}`, { fix: 'try again in a moment' });
}

/** Fastify's own errors (body too large, bad encoding) carry a statusCode, Nest's (unknown path) a getStatus. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
