import { capacityWords } from '@gennaker/ui/capacity-words';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { object, text } from '@gennaker/ui/stage-ui';
import { routesOf } from './routes.ts';

/** One thing that is asked for otherwise than it is. */
export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** Equal whatever the order of keys: what a form wrote again is no change. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(object(each)).toSorted(([a], [b]) => a.localeCompare(b)))
      : each,
  );
}

/** Nothing said: it stays, or is the default. */
const unsaid = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A value as people read it. */
export function inWords(value: unknown): string {
  if (unsaid(value)) return 'not set';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const size = capacityWords(value);
  if (size !== undefined) return size;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join(', ');
  if (typeof value !== 'object') return text(value);
  const entries = Object.entries(object(value)).filter(([, each]) => !unsaid(each));
  return entries.length === 0 ? 'none' : entries.map(([name, each]) => `${name} ${inWords(each)}`).join(', ');
}

/** A field's value as people read it. */
function words(field: string, value: unknown): string {
  if (field !== 'hostRules') return inWords(value);
  return (
    routesOf(value)
      .map(([where, service]) => `${where}: ${service}`)
      .join('; ') || 'none'
  );
}

/** What of `after` differs from `before`, by field. What `after` does not say is no difference: it stays as it is. */
export function differences(before: JsonObject, after: JsonObject): Difference[] {
  return Object.entries(after)
    .filter(([field, value]) => {
      const was = before[field];
      if (value === undefined || canonical(was) === canonical(value)) return false;
      const nothing = (each: unknown): boolean =>
        unsaid(each) || each === false || (Array.isArray(each) && each.length === 0);
      return !(nothing(was) && nothing(value));
    })
    .map(([field, value]) => ({ field, before: words(field, before[field]), after: words(field, value) }));
}
