import { ExpressionError } from './error.ts';
import { evaluated } from './evaluate.ts';
import { plain } from './functions/texts.ts';
import type { Budget } from './limits.ts';
import { type Lookup, lookupKey, Unanswered } from './lookups.ts';
import { type Options, Surroundings } from './surroundings.ts';
import { type Part, partsOf } from './template.ts';
import { asText } from './text.ts';
import { isMap, mapOf, type Scope } from './values.ts';

/** A text whose expressions do not all have a value now. ERROR: one failed. INFO: they are null. They stay as they were written. */
export interface Problem {
  /** The text as written, without its `$`; of a long one the beginning. */
  readonly expression: string;
  readonly level: 'ERROR' | 'INFO';
  /** Where it stands, and why each of its parts has no value. */
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
  /** By place and text: the same one fails once. */
  readonly problems: Map<string, Problem>;
  readonly lookups: Map<string, Lookup>;
}

/** Characters of a text that a problem tells. */
const MOST_TOLD = 1_000;

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

/** What a part of a text came to, or why it stays as it is. */
type Outcome = { readonly value: unknown } | { readonly level: Problem['level']; readonly why: string };

function textValue(text: string, work: Work, path: string): unknown {
  const parts = partsOf(text);
  const [only] = parts;
  const failures: { readonly level: Problem['level']; readonly why: string }[] = [];
  const taken = (part: Part, finish: (value: unknown) => unknown): unknown => {
    if (part.kind === 'text') return part.text;
    const outcome = outcomeOf(part, work, finish);
    if ('value' in outcome) return outcome.value;
    failures.push({ ...outcome, why: `${bare(part.raw)}: ${outcome.why}` });
    return part.raw;
  };
  let value: unknown;
  if (parts.length === 1 && only) value = taken(only, (result) => plain(result, work.around));
  else value = joinedText(parts, work, (part) => taken(part, (result) => givenText(result, work.around.budget)));
  if (value === undefined) {
    const { size } = work.around.budget.limits;
    failures.push({ level: 'ERROR', why: `it makes a text of more than ${size} characters` });
  }
  if (failures.length > 0) report(text, failures, work, path);
  return value === undefined ? text : value;
}

function givenText(value: unknown, budget: Budget): string {
  const text = asText(value, budget);
  budget.give(text.length);
  return text;
}

/** The parts as one text; undefined when it becomes too large. */
function joinedText(parts: readonly Part[], work: Work, textOf: (part: Part) => unknown): string | undefined {
  const { budget } = work.around;
  let [text, made] = ['', 0];
  for (const part of parts) {
    const piece = String(textOf(part));
    if (part.kind === 'expression') made += piece.length;
    if (made > budget.limits.size) return undefined;
    text += piece;
  }
  return text;
}

function report(
  text: string,
  failures: readonly { readonly level: Problem['level']; readonly why: string }[],
  work: Work,
  path: string,
): void {
  const expression = bare(text);
  const reasons = [...new Set(failures.map(({ why }) => why))].join('; ');
  const where = path === '' ? '' : `${path}: `;
  work.problems.set(`${path} ${expression}`, {
    expression,
    level: failures.some(({ level }) => level === 'ERROR') ? 'ERROR' : 'INFO',
    description: `Failed to evaluate ${where}${reasons}`.slice(0, MOST_TOLD * 4),
  });
}

/** A text without its `$`, so that it is no expression itself; of a long one the beginning. */
function bare(text: string): string {
  return (text.length > MOST_TOLD ? `${text.slice(0, MOST_TOLD)}...` : text).replaceAll('$', '');
}

function outcomeOf(part: Exclude<Part, { kind: 'text' }>, work: Work, finish: (value: unknown) => unknown): Outcome {
  if (part.kind === 'broken') return { level: 'ERROR', why: 'the closing brace is missing' };
  try {
    const value = evaluated(part.source, work.around);
    if (value === null) return { level: 'INFO', why: 'it has no value' };
    return { value: finish(value) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (error instanceof Unanswered) work.lookups.set(lookupKey(error.lookup), error.lookup);
    return { level: 'ERROR', why: error.message };
  }
}
