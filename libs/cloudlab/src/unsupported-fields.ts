import type { z } from 'zod';

/** Refuses fields that the API knows and this cloud does not carry out: silence would be a lie. What says nothing passes. */
export function without(...fields: readonly string[]): (value: object, context: z.core.$RefinementCtx) => void {
  return (value, context) => {
    const given = new Map(Object.entries(value));
    for (const field of fields) {
      if (saysNothing(given.get(field))) continue;
      context.addIssue({ code: 'custom', path: [field], message: 'this cloud does not do that; leave it out' });
    }
  };
}

/** Clients send what they know of a resource back, with everything that is not in use. */
function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(saysNothing);
}
