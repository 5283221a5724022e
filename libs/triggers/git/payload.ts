import { badRequest } from '@gennaker/contracts/error';
import type { z } from 'zod';

/** A branch without refs/heads/; a tag keeps its refs/tags/, so that it is none by accident. */
export function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

/**
 * A body in the shape that an event of a service has.
 * @param what names the event in the message: a push of GitHub
 * @throws ServiceError 400 with the place
 */
export function payload<S extends z.ZodType>(schema: S, content: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw badRequest(`The body is not ${what}: ${place || 'it'} ${issue?.message ?? 'has another shape'}`, {
    field: place || 'body',
    fix: 'send what the service sends, as JSON, to the address of its source',
  });
}
