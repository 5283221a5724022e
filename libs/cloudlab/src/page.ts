import { CloudProblem } from './problem.ts';

const LARGEST = 500;
/** What every page token begins with, so that another text is not taken for one. */
const MARK = 'after:';

/**
 * One page of a list, which is ordered by `keyOf`.
 * @param keyOf unique within the list
 * @param query `maxResults` (0 to 500) and `pageToken` as the API has them
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  query: Readonly<Record<string, string>>,
): { readonly items: T[]; readonly nextPageToken?: string } {
  const size = sizeOf(query['maxResults']);
  const after = query['pageToken'] ? keyIn(query['pageToken']) : undefined;
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const taken = rest.slice(0, size);
  const last = taken.at(-1);
  if (last === undefined || rest.length <= taken.length) return { items: taken };
  return { items: taken, nextPageToken: Buffer.from(MARK + keyOf(last), 'utf8').toString('base64url') };
}

function keyIn(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith(MARK)) {
    throw new CloudProblem(
      400,
      'invalid',
      `Invalid value for field 'pageToken': '${token}'. Give the nextPageToken of the page before, or none.`,
    );
  }
  return text.slice(MARK.length);
}

function sizeOf(text: string | undefined): number {
  if (text === undefined || text === '') return LARGEST;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 0 || size > LARGEST) {
    throw new CloudProblem(
      400,
      'invalid',
      `Invalid value for field 'maxResults': '${text}'. Give a number from 0 to 500.`,
    );
  }
  return size === 0 ? LARGEST : size;
}
