import { z } from 'zod';
import { ExpressionError } from './error.ts';

/**
 * What an expression asks of the outside. The shell answers each once and records the answer, so that evaluation stays
 * pure and a replay reads the record.
 */
export const lookupSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('url'), url: z.string() }).describe('the text behind a URL (GET)'),
  z
    .object({ kind: z.literal('pipelineId'), name: z.string(), application: z.string().exactOptional() })
    .describe('the id of a pipeline by its name; null when there is none'),
  z.object({ kind: z.literal('application'), name: z.string() }).describe("an application's attributes"),
  z
    .object({ kind: z.literal('canaryConfigId'), name: z.string(), application: z.string() })
    .describe("the id of an application's canary configuration by its name; null when there is none"),
  z
    .object({ kind: z.literal('reference'), reference: z.string() })
    .describe('what the artifact store holds for `ref://application/hash`, as base64'),
]);
export type Lookup = Readonly<z.infer<typeof lookupSchema>>;

/** The answer to a look-up. */
export type Answer = { readonly value: unknown } | { readonly error: string };

/** Answers look-ups; undefined: not known yet, the evaluation cannot go on without it. */
export type LookUp = (lookup: Lookup) => Answer | undefined;

/** An expression waits for the answer to a look-up. */
export class Unanswered extends ExpressionError {
  readonly lookup: Lookup;
  constructor(lookup: Lookup) {
    super(`It needs a look-up of a ${lookup.kind}, which has not been answered`);
    this.lookup = lookup;
  }
}

/** One key per look-up: the same question is asked once. */
export function lookupKey(lookup: Lookup): string {
  return JSON.stringify(Object.entries(lookup).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The answer. @throws ExpressionError when it is an error or cannot be asked here, Unanswered when it is not known yet. */
export function ask(lookUp: LookUp | undefined, lookup: Lookup): unknown {
  if (!lookUp) throw new ExpressionError(`Nothing outside can be looked up here (${lookup.kind})`);
  const answer = lookUp(lookup);
  if (!answer) throw new Unanswered(lookup);
  if ('error' in answer) throw new ExpressionError(answer.error);
  return answer.value;
}
