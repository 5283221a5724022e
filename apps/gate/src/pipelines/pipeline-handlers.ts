import { badRequest } from '@gennaker/contracts/error';
import type { gateApi } from '@gennaker/contracts/gate';
import type { Call, Handlers } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';
import { callOptions, flag } from '../request.ts';
import { applicationView } from './applications.ts';
import { pipelineByNameOrId, renumbered } from './configs.ts';
import { restartStage } from './restart-stage.ts';
import { savePipeline } from './save-pipeline.ts';
import { startPipeline } from './start-pipeline.ts';

type Operations =
  | 'listApplications'
  | 'getApplication'
  | 'listPipelineConfigs'
  | 'getPipelineConfig'
  | 'listExecutions'
  | 'cancelOfApplication'
  | 'searchExecutions'
  | 'searchAllExecutions'
  | 'allPipelineConfigs'
  | 'savePipelineConfig'
  | 'getStoredPipeline'
  | 'pipelineText'
  | 'pipelineHistory'
  | 'savePipeline'
  | 'updatePipeline'
  | 'deletePipeline'
  | 'startPipeline'
  | 'startPipelineByConfig'
  | 'startPipelineByEvent'
  | 'startDocument'
  | 'getExecution'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'patchStage'
  | 'restartStage'
  | 'executionHistory'
  | 'evaluateExpression'
  | 'evaluatePostedExpression'
  | 'executions';

type StartCall = Pick<
  Call<(typeof gateApi)['startPipeline']>,
  'params' | 'body' | 'headers' | 'identity' | 'traceparent' | 'signal'
>;

/** Applications, pipelines and executions. */
export function pipelineHandlers(gate: Gate): Pick<Handlers<typeof gateApi>, Operations> {
  const { front50, front50Lists, orca, orcaLists } = gate;
  const start = async ({ params, body, headers, ...call }: StartCall): Promise<{ ref: string }> => {
    const { ref } = await startPipeline(gate, params, body, headers['idempotency-key'], callOptions(call));
    return { ref };
  };
  return {
    listApplications: ({ query, ...call }) => front50Lists.listApplications({ query }, callOptions(call)),
    getApplication: ({ params, query, ...call }) =>
      applicationView(gate, params.application, query.expand ?? true, callOptions(call)),

    listPipelineConfigs: async ({ params, query, ...call }) =>
      renumbered(
        await front50.listPipelines({ query: { application: params.application } }, callOptions(call)),
        query.pipelineNameFilter,
      ),
    allPipelineConfigs: (call) => front50Lists.listPipelines({}, callOptions(call)),
    getPipelineConfig: ({ params, ...call }) =>
      pipelineByNameOrId(gate, params.application, params.name, callOptions(call)),
    getStoredPipeline: ({ params, ...call }) => front50.getStoredPipeline({ params }, callOptions(call)),
    pipelineText: ({ params, ...call }) => front50.getPipelineText({ params }, callOptions(call)),
    pipelineHistory: ({ params, query, ...call }) =>
      front50.pipelineHistory({ params, query: { limit: query.limit ?? 20 } }, callOptions(call)),
    savePipelineConfig: ({ query, rawBody, ...call }) =>
      savePipeline(gate, { query: { staleCheck: flag(query.staleCheck) }, body: rawBody }, callOptions(call)),
    savePipeline: async ({ query, rawBody, ...call }) => {
      await savePipeline(gate, { query: { staleCheck: flag(query.staleCheck) }, body: rawBody }, callOptions(call));
    },
    updatePipeline: async ({ params, query, rawBody, ...call }) => {
      const saved = await savePipeline(
        gate,
        { query: { staleCheck: flag(query.staleCheck), id: params.id }, body: rawBody },
        callOptions(call),
      );
      return saved.pipeline;
    },
    deletePipeline: ({ params, ...call }) => front50.deletePipeline({ params }, callOptions(call)),

    startPipeline: start,
    startPipelineByConfig: start,
    startPipelineByEvent: ({ params, body, headers, ...call }) =>
      startPipeline(gate, params, body, headers['idempotency-key'], callOptions(call)),

    startDocument: ({ body, headers, ...call }) =>
      orca.orchestrate({ body }, { ...callOptions(call), key: headers['idempotency-key'] ?? crypto.randomUUID() }),

    listExecutions: ({ params, query, ...call }) =>
      orcaLists.listForApplication(
        { params, query: { ...query, limit: query.limit ?? 10, expand: flag(query.expand) } },
        callOptions(call),
      ),
    executions: async ({ query, ...call }) => {
      if (query.pipelineConfigIds && query.executionIds)
        throw badRequest('Ask by pipelineConfigIds or by executionIds, not by both', {
          field: 'executionIds',
          fix: 'leave one of them out',
        });
      if (!query.pipelineConfigIds && !query.executionIds) return [];
      return orcaLists.listExecutions(
        { query: { ...query, limit: query.limit ?? 1, expand: flag(query.expand) } },
        callOptions(call),
      );
    },
    searchExecutions: ({ params, query, ...call }) =>
      orcaLists.searchExecutions(
        { params, query: { ...query, reverse: flag(query.reverse), expand: flag(query.expand) } },
        callOptions(call),
      ),
    searchAllExecutions: ({ query, ...call }) =>
      orcaLists.searchAllExecutions(
        { query: { ...query, reverse: flag(query.reverse), expand: flag(query.expand) } },
        callOptions(call),
      ),
    getExecution: ({ params, ...call }) => orca.getExecution({ params }, callOptions(call)),
    executionHistory: ({ params, ...call }) => orca.history({ params }, callOptions(call)),
    evaluateExpression: ({ params, query, ...call }) => orca.evaluateExpression({ params, query }, callOptions(call)),
    evaluatePostedExpression: ({ params, rawBody, headers, ...call }) =>
      orca.evaluateExpression(
        { params, query: { expression: postedExpression(new TextDecoder().decode(rawBody), headers['content-type']) } },
        callOptions(call),
      ),
    cancelOfApplication: ({ params, query, ...call }) =>
      orca.cancel({ params: { id: params.id }, query: { reason: query.reason } }, callOptions(call)),
    cancel: ({ params, query, ...call }) =>
      orca.cancel({ params, query: { reason: query.reason, force: flag(query.force) } }, callOptions(call)),
    pause: ({ params, ...call }) => orca.pause({ params }, callOptions(call)),
    resume: ({ params, ...call }) => orca.resume({ params }, callOptions(call)),
    restartStage: ({ params, body, headers, ...call }) =>
      restartStage(gate, params, body, headers['idempotency-key'], callOptions(call)),
    patchStage: ({ params, body, headers, ...call }) =>
      orca.patchStage(
        { params, body },
        {
          ...callOptions(call),
          ...(headers['idempotency-key'] === undefined ? {} : { key: headers['idempotency-key'] }),
        },
      ),
  };
}

/** The expression that a body is or holds. @throws ServiceError 400 */
function postedExpression(body: string, type: string | undefined): string {
  if (!type?.includes('json')) return body;
  const refusal = badRequest('The body is no JSON object with an expression', {
    field: 'expression',
    fix: 'send {"expression": "${...}"}, or the expression alone as text/plain',
  });
  try {
    const value = JSON.parse(body) as { readonly expression?: unknown } | null;
    if (typeof value?.expression === 'string') return value.expression;
  } catch {
    throw refusal;
  }
  throw refusal;
}
