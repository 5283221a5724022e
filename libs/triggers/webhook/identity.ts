import type { EchoEvent } from '@gennaker/contracts/echo';
import { valuesAt } from '@gennaker/extension-sdk/payload-constraints';

const HEADER = 'header:';

/**
 * The value that identifies an event for a trigger: of a header (`header:Name`), or at a key or JSONPath of the body.
 * Undefined: the event has none, and counts by itself. @throws Error for a path that cannot be followed
 */
export function identityAt(place: string, event: EchoEvent): string | undefined {
  if (place.toLowerCase().startsWith(HEADER)) {
    const name = place.slice(HEADER.length).trim().toLowerCase();
    return event.headers?.[name] || undefined;
  }
  const values = valuesAt(place, event.content).filter(
    (value) => value !== null && value !== undefined && value !== '',
  );
  if (values.length === 0) return undefined;
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ');
}
