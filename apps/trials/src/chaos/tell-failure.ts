import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';

/** Differences that are told one by one; the rest is counted. */
const TOLD = 20;
/** As much of a value as is told. */
const LONGEST = 300;

/**
 * What went wrong in a check, for somebody who sees nothing but this: the sentence, each place where what is differs
 * from what should be, by its whole path, and the line of the check.
 */
export function tellFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = error instanceof AssertionError ? ofAssertion(error) : [error.message];
  const cause = error.cause === undefined ? [] : [`because of: ${String(error.cause)}`];
  const line = error.stack?.split('\n').find((each) => /^\s+at .*\.fixture\.ts:\d+/.test(each));
  return [...lines, ...cause, ...(line === undefined ? [] : [line.trim()])].map((each) => `     ${each}`).join('\n');
}

function ofAssertion({ message, generatedMessage, actual, expected }: AssertionError): string[] {
  // What a message shows of both sides does not say whose it is.
  const sentence = generatedMessage ? [] : message.split('\n', 1);
  if (!isObject(actual) && !isObject(expected)) return generatedMessage ? message.split('\n') : sentence;
  const all = differences(actual, expected, '');
  const more = all.length > TOLD ? [`and ${all.length - TOLD} differences more`] : [];
  return [...sentence, ...all.slice(0, TOLD), ...more];
}

/** `path: is VALUE, should be VALUE` for each innermost value that differs. */
function differences(actual: unknown, expected: unknown, path: string): string[] {
  if (isDeepStrictEqual(actual, expected)) return [];
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected))
    return [`${path || 'it'}: is ${shown(actual)}, should be ${shown(expected)}`];
  const [is, should] = [new Map(Object.entries(actual)), new Map(Object.entries(expected))];
  return [...new Set([...is.keys(), ...should.keys()])].flatMap((key) =>
    differences(is.get(key), should.get(key), path === '' ? key : `${path} › ${key}`),
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
