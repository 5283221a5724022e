/** Where a value is in a JSON text: byte offsets, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const isOpening = (byte: number | undefined): boolean => byte === OPEN_OBJECT || byte === OPEN_ARRAY;
const isClosing = (byte: number | undefined): boolean => byte === CLOSE_OBJECT || byte === CLOSE_ARRAY;
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Finds an object in a JSON text by the keys that lead to it, and the values of its members, without making objects of
 * the rest. The text is taken for valid JSON.
 * @throws Error naming a key of the path that is not there
 */
export function memberSpans(
  json: Buffer,
  path: readonly string[],
): { readonly object: Span; readonly members: ReadonlyMap<string, Span> } {
  let start = afterSpace(json, 0);
  for (const key of path) {
    const found = valueOf(json, start, key);
    if (found === undefined || json[found] !== OPEN_OBJECT)
      throw new Error(`There is no object ${key} of ${path.join('.')}.`);
    start = found;
  }
  const members = new Map<string, Span>();
  for (const member of membersOf(json, start)) members.set(member.key, { start: member.start, end: member.end() });
  return { object: { start, end: afterValue(json, start) }, members };
}

function valueOf(json: Buffer, object: number, key: string): number | undefined {
  for (const member of membersOf(json, object)) if (member.key === key) return member.start;
  return undefined;
}

interface Member {
  readonly key: string;
  readonly start: number;
  /** Where it ends is looked for when it is asked for, or when the next one is. */
  end(): number;
}

function* membersOf(json: Buffer, object: number): Generator<Member, undefined, undefined> {
  for (let at = afterSpace(json, object + 1); json[at] === QUOTE;) {
    const keyEnd = afterString(json, at);
    const start = afterSpace(json, afterSpace(json, keyEnd) + 1);
    let known: number | undefined;
    const end = (): number => (known ??= afterValue(json, start));
    yield { key: JSON.parse(json.toString('utf8', at, keyEnd)) as string, start, end };
    const next = afterSpace(json, end());
    at = json[next] === COMMA ? afterSpace(json, next + 1) : next;
  }
}

function afterSpace(json: Buffer, start: number): number {
  let at = start;
  while (isSpace(json[at])) at++;
  return at;
}

function afterString(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function afterValue(json: Buffer, start: number): number {
  if (json[start] === QUOTE) return afterString(json, start);
  return isOpening(json[start]) ? afterBrackets(json, start) : afterWord(json, start);
}

function afterBrackets(json: Buffer, start: number): number {
  let at = start;
  let depth = 0;
  while (at < json.length) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = afterString(json, at);
    } else {
      at++;
      if (isOpening(byte)) depth++;
      else if (isClosing(byte) && --depth === 0) return at;
    }
  }
  return at;
}

/** A number or a word ends where what holds it goes on or ends. */
function afterWord(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && json[at] !== COMMA && !isClosing(json[at]) && !isSpace(json[at])) at++;
  return at;
}
