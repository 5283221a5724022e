import { ExpressionError } from './error.ts';
import { evaluatedNode } from './evaluate.ts';
import { plain } from './functions/texts.ts';
import { parse, type Spans } from './parser.ts';
import { type Options, Surroundings } from './surroundings.ts';
import { partsOf } from './template.ts';
import { Root, type Scope, Type } from './values.ts';

/** One part of an expression and what it came to. */
export interface Step {
  /** The part as it is written. */
  readonly text: string;
  readonly value?: unknown;
  readonly error?: string;
}

/** Steps that are told of one text, and of one part of it that is evaluated again and again. */
const MOST_STEPS = 200;
const MOST_ROUNDS = 3;
/** Characters of a value that is told; of a larger one the beginning, as text. */
const MOST_CHARACTERS = 2_000;

/**
 * What the parts of a text's expressions come to, in the order of evaluation: inner ones first, only those that are
 * needed, and of what is evaluated for many elements the first few. Never throws.
 */
export function stepsOf(text: string, scope: Scope, options: Options = {}): readonly Step[] {
  return partsOf(text).flatMap((part) => {
    if (part.kind === 'text') return [];
    if (part.kind === 'broken') return [{ text: part.raw, error: 'the closing brace is missing' }];
    return stepsOfExpression(part.source, new Surroundings(scope, { systemProperties: 'refused', ...options }));
  });
}

function stepsOfExpression(source: string, around: Surroundings): readonly Step[] {
  const { length, depth } = around.budget.limits;
  if (source.length > length) return [{ text: source.slice(0, 80), error: `it has more than ${length} characters` }];
  const spans: Spans = new Map();
  const steps: Step[] = [];
  const rounds = new Map<unknown, number>();
  try {
    const node = parse(source, depth, spans);
    around.follow = (part, outcome) => {
      const span = spans.get(part);
      const round = (rounds.get(part) ?? 0) + 1;
      rounds.set(part, round);
      if (!span || part.kind === 'literal' || round > MOST_ROUNDS || steps.length >= MOST_STEPS) return;
      const at = source.slice(...span);
      if ('error' in outcome) steps.push({ text: at, error: outcome.error });
      else if (!(outcome.value instanceof Type) && !(outcome.value instanceof Root))
        steps.push({ text: at, value: shown(outcome.value, around) });
    };
    evaluatedNode(node, around);
    return steps;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return steps.some((step) => step.error !== undefined) ? steps : [...steps, { text: source, error: error.message }];
  }
}

/** Values of steps do not use up what the expression itself may do. */
function shown(value: unknown, around: Surroundings): unknown {
  try {
    const data = plain(value, new Surroundings(around.scope, around.options));
    const text = JSON.stringify(data) ?? 'null';
    return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : data;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
