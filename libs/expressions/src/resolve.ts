import { ExpressionError } from './error.ts';
import { evaluate } from './evaluate.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './limits.ts';
import { type Part, partsOf } from './template.ts';
import { isMap, mapOf, type Scope, textOf } from './values.ts';

/** An expression that has no value now. ERROR: it failed. INFO: it is null. The text stays as it was written. */
export interface Problem {
  /** The expression as written, without its `$`. */
  readonly expression: string;
  readonly level: 'ERROR' | 'INFO';
  readonly description: string;
}

/** A value with its expressions resolved as far as they can be. */
export interface Resolved {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Resolves every `${...}` in a value: in texts, list items, map values and map keys. A text that is one expression gives
 * the expression's typed value, anything around it makes a text. Never throws.
 */
export function resolve(value: unknown, scope: Scope, limits: Limits = DEFAULT_LIMITS): Resolved {
  const problems: Problem[] = [];
  const work: Work = { scope, limits, budget: new Budget(limits), problems };
  return { value: walk(value, work, '', 0), problems };
}

interface Work {
  readonly scope: Scope;
  readonly limits: Limits;
  readonly budget: Budget;
  readonly problems: Problem[];
}

function walk(value: unknown, work: Work, path: string, depth: number): unknown {
  if (typeof value === 'string') return value.includes('${') ? textValue(value, work, path) : value;
  if (depth > work.limits.depth) return value;
  if (Array.isArray(value)) return value.map((item, index) => walk(item, work, `${path}[${index}]`, depth + 1));
  if (!isMap(value)) return value;
  return mapOf(
    Object.entries(value).map(([key, item]) => {
      const name = key.includes('${') ? asText(textValue(key, work, path)) : key;
      return [name, walk(item, work, path === '' ? key : `${path}.${key}`, depth + 1)] as const;
    }),
  );
}

/** Text of a value that `partValue` gave, which has one within the limits. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

const NOTHING = Symbol('nothing');

function textValue(text: string, work: Work, path: string): unknown {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length === 1 && only) {
    const value = partValue(only, work, path);
    return value === NOTHING ? text : value;
  }
  return parts
    .map((part) => {
      const value = partValue(part, work, path);
      return value === NOTHING ? (part.kind === 'text' ? part.text : part.raw) : asText(value);
    })
    .join('');
}

function partValue(part: Part, work: Work, path: string): unknown {
  if (part.kind === 'text') return part.text;
  const report = (level: Problem['level'], why: string): typeof NOTHING => {
    const expression = part.raw.replace(/^\$/, '');
    const where = path === '' ? '' : `${path}: `;
    work.problems.push({ expression, level, description: `Failed to evaluate ${where}${expression}: ${why}` });
    return NOTHING;
  };
  if (part.kind === 'broken') return report('ERROR', 'the closing brace is missing');
  try {
    const value = evaluate(part.source, work.scope, work.limits, work.budget);
    if (value === null) return report('INFO', 'it has no value');
    if (typeof value === 'object') textOf(value, work.budget);
    return value;
  } catch (error) {
    if (error instanceof ExpressionError) return report('ERROR', error.message);
    throw error;
  }
}
