import type { Identity } from '@gennaker/contracts/people';
import { ancestors } from './graph.ts';
import type { ExecutionState, StageState } from './model.ts';

/** Whom a stage acts as: the judge of the nearest judgment that passes its identity on, else whoever started the execution. */
export function actingFor(state: ExecutionState, stage: StageState): Identity {
  const judgment = ancestors(state, stage).find(
    (one) =>
      one.type === 'manualJudgment' &&
      one.context['propagateAuthenticationContext'] === true &&
      one.context['judgmentStatus'] === 'continue',
  );
  const acting = judgment?.lastModified ?? state.authentication;
  const { user, roles, admin, scope } = { roles: [], admin: false, scope: undefined, ...acting };
  return { user, roles: [...roles], admin, via: 'service', ...(scope === undefined ? {} : { scope }) };
}
