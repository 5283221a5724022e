import { randomHex } from './random.ts';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace context to go on with (W3C Trace Context): the caller's when it is valid, a new one otherwise. */
export function traceparentOf(header: string | string[] | undefined): string {
  if (typeof header === 'string' && TRACEPARENT.test(header)) return header;
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
}
