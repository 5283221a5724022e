import type { Reason } from '@gennaker/contracts/execution';
import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
import { JSONPath } from 'jsonpath-plus';

const EXCERPT = 200;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** The values that a constraint's key names: a top-level key, or else what a JSONPath finds. Throws on a bad path. */
function valuesOf(key: string, payload: Readonly<Record<string, unknown>>): unknown[] {
  if (Object.hasOwn(payload, key)) return [payload[key]];
  // Filters would run code of the pipeline's author; paths alone do not.
  const found: unknown = JSONPath({ path: key, json: payload, eval: false, wrap: true });
  return Array.isArray(found) ? found.flatMap((value: unknown) => (Array.isArray(value) ? value : [value])) : [];
}

/** Why a payload does not meet the constraints; undefined when it does. All must hold, in time linear in the payload. */
export function unmetConstraint(
  constraints: Readonly<Record<string, string>>,
  payload: Readonly<Record<string, unknown>>,
): Reason | undefined {
  for (const [key, pattern] of Object.entries(constraints)) {
    try {
      const values = valuesOf(key, payload).map(textOf);
      const regex = linearRegex(pattern);
      if (values.some((value) => regex.finds(value))) continue;
      return {
        summary:
          values.length === 0
            ? `the body has no "${key}", which must match /${pattern}/`
            : `"${key}" is ${JSON.stringify(values[0]?.slice(0, EXCERPT))}, which does not match /${pattern}/`,
        evidence: { key, pattern, values: values.slice(0, 5).map((value) => value.slice(0, EXCERPT)) },
      };
    } catch (error) {
      return {
        summary: `the constraint on "${key}" cannot be judged: ${error instanceof Error ? error.message : String(error)}`,
        evidence: { key, pattern },
        next: 'correct the path (no filters) or the pattern (RE2 syntax: no look-around, no back-references)',
      };
    }
  }
  return undefined;
}
