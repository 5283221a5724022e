import { ExpressionError } from './error.ts';
import { evaluated } from './evaluate.ts';
import { plain } from './functions/texts.ts';
import { type Lookup, lookupKey, Unanswered } from './lookups.ts';
import { type Options, Surroundings } from './surroundings.ts';
import { type Part, partsOf } from './template.ts';
import { asText } from './text.ts';
import { isMap, mapOf, type Scope } from './values.ts';

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
  /** What must be looked up before the rest can be resolved; each once. */
  readonly lookups: readonly { readonly key: string; readonly lookup: Lookup }[];
}

/**
 * Resolves every `${...}` in a value: in texts, list items, map values and map keys. A text that is one expression gives
 * the expression's typed value, anything around it makes a text. Never throws.
 */
export function resolve(value: unknown, scope: Scope, options: Options = {}): Resolved {
  const work: Work = {
    around: new Surroundings(scope, { systemProperties: 'refused', ...options }),
    problems: new Map(),
    lookups: new Map(),
  };
  const resolved = walk(value, work, '', 0);
  const lookups = [...work.lookups].map(([key, lookup]) => ({ key, lookup }));
  return { value: resolved, problems: [...work.problems.values()], lookups };
}

interface Work {
  readonly around: Surroundings;
  /** By expression and level: the same one fails once. */
  readonly problems: Map<string, Problem>;
  readonly lookups: Map<string, Lookup>;
}

function walk(value: unknown, work: Work, path: string, depth: number): unknown {
  if (typeof value === 'string') return value.includes('${') ? textValue(value, work, path) : value;
  if (depth > work.around.budget.limits.depth) return value;
  if (Array.isArray(value)) return value.map((item, index) => walk(item, work, `${path}[${index}]`, depth + 1));
  if (!isMap(value)) return value;
  return mapOf(
    Object.entries(value).map(([key, item]) => {
      const name = key.includes('${') ? keyText(textValue(key, work, path)) : key;
      return [name, walk(item, work, path === '' ? key : `${path}.${key}`, depth + 1)] as const;
    }),
  );
}

function keyText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

const NOTHING = Symbol('nothing');

function textValue(text: string, work: Work, path: string): unknown {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length === 1 && only) {
    const value = partValue(only, work, path, (result) => plain(result, work.around));
    return value === NOTHING ? text : value;
  }
  return parts
    .map((part) => {
      const value = partValue(part, work, path, (result) => asText(result, work.around.budget));
      return value === NOTHING ? (part.kind === 'text' ? part.text : part.raw) : value;
    })
    .join('');
}

function partValue(part: Part, work: Work, path: string, finish: (value: unknown) => unknown): unknown {
  if (part.kind === 'text') return part.text;
  const report = (level: Problem['level'], why: string): typeof NOTHING => {
    const expression = part.raw.replaceAll('$', '');
    const where = path === '' ? '' : `${path}: `;
    const problem = { expression, level, description: `Failed to evaluate ${where}${expression}: ${why}` };
    const key = `${level} ${path} ${expression}`;
    if (!work.problems.has(key)) work.problems.set(key, problem);
    return NOTHING;
  };
  if (part.kind === 'broken') return report('ERROR', 'the closing brace is missing');
  try {
    const value = evaluated(part.source, work.around);
    return value === null ? report('INFO', 'it has no value') : finish(value);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (error instanceof Unanswered) work.lookups.set(lookupKey(error.lookup), error.lookup);
    return report('ERROR', error.message);
  }
}
