import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { failedStages } from '../children/failed-stages.ts';
import { parentForExpressions, viewWithParent } from '../children/parents.ts';
import { evaluateExpression, previewExpression } from '../evaluate-expression.ts';
import { words } from '../list-executions.ts';
import type { Trying } from '../resolve-now.ts';
import { ignoreFailure, restartStage, type StageCall } from '../restart/restart-stage.ts';
import { readExecution } from '../rows.ts';
import type { MailParts } from '../send-mail.ts';
import { deleteExecution } from './delete-execution.ts';
import { evaluateVariables } from './evaluate-variables.ts';
import { searchAllExecutions, searchExecutions } from './search.ts';

type Api = typeof orcaApi;
type Operations =
  | 'getExecution'
  | 'failedStages'
  | 'searchExecutions'
  | 'searchAllExecutions'
  | 'deleteExecution'
  | 'restartStage'
  | 'ignoreFailure'
  | 'evaluateExpression'
  | 'evaluateStageExpression'
  | 'previewExpression'
  | 'evaluateVariables';

/** Single executions: shown, searched, run again, evaluated against and removed. */
export function executionHandlers(parts: MailParts): Pick<Handlers<Api>, Operations> {
  const { db, world } = parts;
  const show = async (id: string) => viewWithParent(db.pool, await readExecution(db.pool, id));
  const stageCall = (call: Parameters<Handlers<Api>['ignoreFailure']>[0]): StageCall => ({
    id: call.params.id,
    stageId: call.params.stageId,
    by: call.identity,
    trace: call.traceparent,
    key: call.headers['idempotency-key'],
  });
  const evaluate = async (id: string, expression: string, stageId: string | undefined, trying: Trying) => {
    const state = await readExecution(db.pool, id);
    const parent = await parentForExpressions(db.pool, state.trigger);
    return evaluateExpression(world, state, expression, stageId, trying, parent);
  };
  return {
    getExecution: ({ params }) => show(params.id),
    failedStages: ({ query }) => failedStages(db.pool, query.executionId, query.limit ?? 1, query.deckOrigin),
    searchExecutions: ({ params, query }) => searchExecutions(db, params.application, query),
    searchAllExecutions: ({ query }) => searchAllExecutions(db, query),
    deleteExecution: ({ params }) => deleteExecution(db, params.id),
    restartStage: async (call) => {
      const { params, body } = call;
      const stage = (await readExecution(db.pool, params.id)).stages[params.stageId];
      const posted = body.stages?.find((one) => one.refId === stage?.refId);
      await restartStage(
        parts,
        { ...stageCall({ ...call, body: {} }) },
        posted?.preconditions === undefined ? undefined : { preconditions: posted.preconditions },
      );
      return show(params.id);
    },
    ignoreFailure: async (call) => {
      await ignoreFailure(parts, stageCall(call), call.body.reason);
      return show(call.params.id);
    },
    evaluateExpression: ({ params, query, ...call }) => evaluate(params.id, query.expression, query.stageId, call),
    evaluateStageExpression: ({ params, query, ...call }) =>
      evaluate(params.id, query.expression, params.stageId, call),
    previewExpression: async ({ params, body, identity, signal, traceparent }) => {
      const state = await readExecution(db.pool, params.id);
      const parent = await parentForExpressions(db.pool, state.trigger);
      return previewExpression(world, state, body.text, body.stageId, { identity, signal, traceparent }, parent);
    },
    evaluateVariables: async ({ params, query, body, identity, signal, traceparent }) => {
      const state = await readExecution(db.pool, params.id);
      const after = query.requisiteStageRefIds ? words(query.requisiteStageRefIds) : [];
      const trying = { identity, signal, traceparent, version: query.spelVersion };
      return evaluateVariables(world, state, after, body, trying, await parentForExpressions(db.pool, state.trigger));
    },
  };
}
