import { RE2JS } from 're2js';
import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';

/** Longest regular expression, characters, and the most that its `{n}` may multiply it by. */
const LONGEST = 1_000;
const LARGEST = 200_000;
/** Instructions of a regular expression that one step makes, and comparisons (instructions times characters) that one does. */
const MADE_PER_STEP = 16;
const COMPARED_PER_STEP = 4_096;
const MATCHES_PER_STEP = 16;

const made = new WeakMap<Budget, Map<string, RE2JS>>();

/** Whether the whole text matches. @throws ExpressionError for what is no regular expression. */
export function matchesWhole(text: string, source: string, budget: Budget): boolean {
  return searching(source, text, budget).matches(text);
}

/** The parts of a text between matches; empty ones at the end are left out without a limit. @throws ExpressionError. */
export function splitBy(text: string, source: string, limit: number, budget: Budget): string[] {
  const found = searching(source, text, budget);
  // What there is nothing of cannot be cut.
  const parts = text === '' ? [''] : said(() => found.split(text, limit));
  budget.step(Math.ceil(parts.length / MATCHES_PER_STEP));
  return budget.sized(parts);
}

/**
 * The text with its matches, or the first one, replaced; `$1` and `${name}` in `by` are groups, `\` takes a character as it is.
 * @throws ExpressionError for a group that is not there, or when the text becomes too large.
 */
export function replaced(text: string, source: string, by: string, which: 'all' | 'first', budget: Budget): string {
  const expression = searching(source, text, budget);
  const template = templateOf(by, expression);
  let [size, matches] = [text.length, 0];
  const give = (...groups: readonly unknown[]): string => {
    const piece = template.map((part) => (typeof part === 'string' ? part : String(groups[part] ?? ''))).join('');
    if (++matches % MATCHES_PER_STEP === 0) budget.step();
    size += piece.length;
    if (size > budget.limits.size + text.length) throw new ExpressionError('The replacement makes too much');
    return piece;
  };
  const matcher = expression.matcher(text);
  return budget.sized(said(() => (which === 'all' ? matcher.replaceAll(give) : matcher.replaceFirst(give))));
}

/** A regular expression of linear time, made once per evaluation, with the steps of going over a text taken. */
function searching(source: string, text: string, budget: Budget): RE2JS {
  const known = made.get(budget) ?? new Map<string, RE2JS>();
  made.set(budget, known);
  const expression = known.get(source) ?? compiled(source, budget);
  known.set(source, expression);
  budget.step(Math.ceil((text.length * expression.programSize()) / COMPARED_PER_STEP));
  return expression;
}

function compiled(source: string, budget: Budget): RE2JS {
  if (source.length > LONGEST) throw new ExpressionError(`The regular expression has more than ${LONGEST} characters`);
  const repeats = [...source.matchAll(/\{(?:\d+,)?(\d+),?\}/g)].reduce((sum, [, count]) => sum + Number(count), 1);
  if (source.length * repeats > LARGEST)
    throw new ExpressionError('The regular expression repeats too much; write smaller numbers in {}');
  try {
    const expression = RE2JS.compile(source);
    budget.step(Math.ceil(expression.programSize() / MADE_PER_STEP));
    return expression;
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    const hint = /\(\?[=!<]|\\\d/.test(source)
      ? '; look-around and back references are not supported, because they can take for ever'
      : '';
    throw new ExpressionError(`"${source.slice(0, 200)}" is no regular expression: ${why(error)}${hint}`);
  }
}

/** A replacement as texts and numbers of groups, by the rules of java.util.regex.Matcher. */
function templateOf(by: string, expression: RE2JS): (string | number)[] {
  const parts: (string | number)[] = [];
  let text = '';
  for (let at = 0; at < by.length; at++) {
    const char = by.charAt(at);
    if (char === '\\') {
      if (++at >= by.length) throw new ExpressionError('The replacement ends with a backslash that stands for nothing');
      text += by.charAt(at);
    } else if (char === '$') {
      const { group, end } = groupAt(by, at + 1, expression);
      parts.push(text, group);
      text = '';
      at = end - 1;
    } else text += char;
  }
  return [...parts, text];
}

/** The group that is named after a `$`, and where its name ends. */
function groupAt(by: string, at: number, expression: RE2JS): { readonly group: number; readonly end: number } {
  const name = /^\{([A-Za-z]\w*)\}/.exec(by.slice(at, at + 100))?.[1];
  const names = expression.namedGroups();
  if (name !== undefined) {
    if (!Object.hasOwn(names, name)) throw new ExpressionError(`The regular expression has no group "${name}"`);
    return { group: names[name] ?? 0, end: at + name.length + 2 };
  }
  const digits = /^\d{1,4}/.exec(by.slice(at, at + 4))?.[0];
  if (digits === undefined) throw new ExpressionError('A "$" in a replacement needs a group; write \\$ for itself');
  // As many digits as still name a group.
  for (let length = digits.length; length > 0; length--) {
    const group = Number(digits.slice(0, length));
    if (group <= expression.groupCount()) return { group, end: at + length };
  }
  throw new ExpressionError(`The regular expression has no group ${digits.charAt(0)}`);
}

/** Runs the library; what it throws becomes an ExpressionError. */
function said<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(why(error));
  }
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
