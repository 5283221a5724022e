/** A field that is not as it shall be. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * The wanted fields that a resource does not have. Links are compared without their host; of an object only what is
 * wanted of it counts; absent, null and empty are the same.
 */
export function differences(
  current: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): Difference[] {
  return Object.entries(wanted)
    .filter(([field, value]) => !has(current[field], value))
    .map(([field, to]) => ({ field, from: current[field], to }));
}

function has(current: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return isEmpty(current);
  if (isEmpty(current)) return false;
  if (Array.isArray(wanted))
    return (
      Array.isArray(current) &&
      current.length === wanted.length &&
      wanted.every((each, index) => has(current[index], each))
    );
  if (isObject(wanted))
    return isObject(current) && Object.entries(wanted).every(([key, value]) => has(current[key], value));
  return !isObject(current) && plain(current) === plain(wanted);
}

/** Lists are objects too. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function plain(value: unknown): string {
  const text = String(value);
  const at = text.indexOf('projects/');
  return at >= 0 ? text.slice(at) : text;
}

/** A value as a sentence shows it: links by their names. */
export function shown(value: unknown): string {
  if (isEmpty(value)) return 'none';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([key, each]) => !key.startsWith('_') && !isEmpty(each));
    return entries.map(([key, each]) => `${key} ${shown(each)}`).join(', ');
  }
  const text = String(value);
  return text.includes('/projects/') || text.startsWith('projects/') ? (text.split('/').at(-1) ?? text) : text;
}
