import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { type ErrorBody, ServiceError } from '@gennaker/contracts/error';

/**
 * The common error body of any thrown thing. What is no ServiceError is a bug: 500, its text kept out of the answer's details.
 * @param now epoch milliseconds
 */
export function errorBody(error: unknown, now: number): ErrorBody {
  const known = error instanceof ServiceError ? error : undefined;
  const status = known?.status ?? statusOf(error) ?? 500;
  const message = error instanceof Error ? error.message : String(error);
  return {
    ...known?.details,
    timestamp: now,
    status,
    error: STATUS_CODES[status] ?? 'Error',
    exception: error instanceof Error ? error.name : 'Error',
    message,
  };
}

/** Fastify's own errors (body too large, bad encoding) carry a statusCode, Nest's (unknown path) a getStatus. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
