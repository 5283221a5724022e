import type { Reason } from '@gennaker/contracts/execution';
import { findByPath } from './bounded-json-path.ts';
import { linearRegex } from './linear-regex.ts';

type Constraints = Readonly<Record<string, string | null>>;

const EXCERPT = 200;
/** Longest text that a pattern is searched in, so that none keeps a service busy. */
const LONGEST_TEXT = 65_536;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** How a constraint's key is looked up. `keysOnly`: a JSONPath is not meant. */
export interface ConstraintOptions {
  readonly keysOnly?: boolean;
  /** What the values belong to, in sentences; "the body" when absent. */
  readonly whole?: string;
}

/** The values that a key names: a top-level key, or else what a JSONPath finds, and the items of lists. Throws on a bad path. */
export function valuesAt(key: string, payload: Readonly<Record<string, unknown>>, keysOnly = false): unknown[] {
  if (Object.hasOwn(payload, key)) return [payload[key]];
  if (keysOnly) return [];
  return findByPath(payload, key).flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
}

/**
 * Why a payload does not meet the constraints; undefined when it does. All must hold: the pattern is found in the value, or
 * in one of several; `null` asks for no more than that there is one. Takes time linear in the payload.
 */
export function unmetConstraint(
  constraints: Constraints,
  payload: Readonly<Record<string, unknown>>,
  { keysOnly = false, whole = 'the body' }: ConstraintOptions = {},
): Reason | undefined {
  for (const [key, pattern] of Object.entries(constraints)) {
    try {
      const values = valuesAt(key, payload, keysOnly);
      if (pattern === null) {
        if (values.some((value) => value !== null && value !== undefined)) continue;
        return { summary: `${whole} has no "${key}"`, evidence: { key } };
      }
      const regex = linearRegex(pattern);
      const texts = values.map(textOf);
      if (texts.some((text) => text.length <= LONGEST_TEXT && regex.finds(text))) continue;
      const long = texts.find((text) => text.length > LONGEST_TEXT);
      const evidence = { key, pattern, values: texts.slice(0, 5).map((text) => text.slice(0, EXCERPT)) };
      if (long !== undefined)
        return {
          summary: `"${key}" has ${long.length} characters, and patterns are searched in at most ${LONGEST_TEXT}`,
          evidence,
          next: 'point the constraint at a smaller part',
        };
      return {
        summary:
          texts.length === 0
            ? `${whole} has no "${key}", which must match /${pattern}/`
            : `"${key}" is ${JSON.stringify(texts[0]?.slice(0, EXCERPT))}, which does not match /${pattern}/`,
        evidence,
      };
    } catch (error) {
      return {
        summary: `the constraint on "${key}" cannot be judged: ${error instanceof Error ? error.message : String(error)}`,
        evidence: { key, pattern },
        next: 'correct the path (names, indexes, * and ..) or the pattern (RE2 syntax: no look-around, no back-references)',
      };
    }
  }
  return undefined;
}
