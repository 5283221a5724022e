import type { Identity } from '@gennaker/contracts/people';
import type { ExpressionScope, ResolvedValue } from '@gennaker/engine/messages';
import type { ExecutionState, Json, LookupAnswer } from '@gennaker/engine/model';
import { answerLookup, type Asking } from '@gennaker/expressions/answer-lookup';
import { lookupSchema } from '@gennaker/expressions/lookups';
import { engineEnv, type World } from './world.ts';

/** Rounds of look-ups: an expression can ask for what another look-up answered. */
const MOST_ROUNDS = 10;
/** Look-ups of one call. */
const MOST_LOOKUPS = 50;

/** Who tries an expression out. */
export interface Trying {
  readonly identity: Identity;
  readonly signal: AbortSignal;
  readonly traceparent: string;
}

/** Evaluates as a stage would, and asks the outside at once what the expressions want to know. `parent`: see engineEnv. */
export async function resolveNow(
  world: World,
  state: Pick<ExecutionState, 'application'>,
  value: unknown,
  scope: ExpressionScope,
  { identity, signal, traceparent }: Trying,
  parent?: Json,
): Promise<ResolvedValue & { readonly answers: Readonly<Record<string, LookupAnswer>> }> {
  const answers: Record<string, LookupAnswer> = { ...scope.answers };
  const asking: Asking = { application: state.application, identity, signal, traceparent };
  for (let round = 0; ; round++) {
    const resolved = engineEnv(world, parent).resolve(value, { ...scope, answers });
    const { lookups = [] } = resolved;
    if (lookups.length === 0 || round === MOST_ROUNDS || Object.keys(answers).length >= MOST_LOOKUPS)
      return { ...resolved, answers };
    for (const { key, lookup } of lookups)
      answers[key] = await answerLookup(world.ports, lookupSchema.parse(lookup), asking);
  }
}
