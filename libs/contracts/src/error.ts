import { z } from 'zod';

/** The error body of every service: Spring's shape, that Spinnaker's clients print, with `field` and `fix` added where they are known. */
export const errorBodySchema = z.looseObject({
  timestamp: z.number().describe('epoch milliseconds'),
  status: z.number(),
  error: z.string().describe('reason phrase'),
  message: z.string(),
  exception: z.string().optional(),
  field: z.string().optional().describe('path of the offending field'),
  fix: z.string().optional().describe('what to do next'),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** Further facts of an error: merged into the body. */
export interface ErrorDetails {
  readonly field?: string;
  readonly fix?: string;
  readonly errors?: readonly string[];
  readonly [key: string]: unknown;
}

/** An error with an HTTP status that its caller may see. */
export class ServiceError extends Error {
  readonly status: number;
  readonly details: ErrorDetails;
  constructor(status: number, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServiceError';
    this.status = status;
    this.details = details;
  }
}

/** 400: the input is wrong; names the field and the fix. */
export function badRequest(message: string, details: ErrorDetails = {}): ServiceError {
  return new ServiceError(400, message, details);
}

/** 404: no such thing. */
export function notFound(message: string, details: ErrorDetails = {}): ServiceError {
  return new ServiceError(404, message, details);
}
