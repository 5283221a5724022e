import type { EventTest, StoredEvent } from '@gennaker/contracts/echo';

/** An event as a person writes it: headers line by line, the body as text. */
export interface WrittenEvent {
  readonly type: string;
  readonly source: string;
  readonly headers: string;
  readonly body: string;
}

/** A stored event to be changed. */
export function writtenFrom({ type, source, headers, content }: StoredEvent): WrittenEvent {
  return {
    type,
    source: source ?? '',
    headers: Object.entries(headers ?? {})
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    body: JSON.stringify(content, null, 2),
  };
}

/** The body's object; a sentence where it is none. */
function readBody(body: string): Readonly<Record<string, unknown>> | string {
  const text = body.trim();
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : 'A body is a JSON object: {…}';
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What is wrong with it, by field; nothing: it can be tried. */
export function problemsOfWritten({ headers, body }: WrittenEvent): {
  readonly headers?: string;
  readonly body?: string;
} {
  const bad = headers.split('\n').find((line) => line.trim() !== '' && !/^[^\s:]+:/u.test(line.trim()));
  const read = readBody(body);
  return {
    ...(bad === undefined ? {} : { headers: `Write “name: value” on each line; this is none: ${bad.trim()}` }),
    ...(typeof read === 'string' ? { body: read } : {}),
  };
}

/** The event as it is sent to be tried: the body as an object, and byte by byte as written, so that signatures can be right. */
export function asTest({ type, source, headers, body }: WrittenEvent): EventTest {
  const read = readBody(body);
  const pairs = headers
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  return {
    type,
    ...(source ? { source } : {}),
    ...(pairs.length > 0 ? { headers: Object.fromEntries(pairs) } : {}),
    content: typeof read === 'string' ? {} : { ...read },
    body: body.trim() === '' ? '{}' : body,
  };
}
