import type { Identity } from '@gennaker/contracts/people';
import type { CallOptions } from '@gennaker/contracts/route';

/** What goes on to the services with every call: who calls, the trace, and the end of the caller's patience. */
export function callOptions(call: {
  readonly identity: Identity;
  readonly traceparent: string;
  readonly signal: AbortSignal;
}): CallOptions {
  return { identity: call.identity, traceparent: call.traceparent, signal: call.signal };
}

/** A flag as a query carries it. */
export function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
