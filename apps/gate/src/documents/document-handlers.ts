import { archiveRoutes } from '@gennaker/contracts/archive';
import { canaryConfigRoutes } from '@gennaker/contracts/canary-configs';
import { documentHistoryRoutes } from '@gennaker/contracts/document-history';
import { badRequest, type ErrorDetails } from '@gennaker/contracts/error';
import type { Task } from '@gennaker/contracts/front50';
import type { gateDocumentRoutes } from '@gennaker/contracts/gate-documents';
import { notificationSettingsRoutes } from '@gennaker/contracts/notification-settings';
import { notificationRoutes } from '@gennaker/contracts/notifications';
import type { CallOptions, Handlers } from '@gennaker/contracts/route';
import { applicationOfEntity, type EntityRef } from '@gennaker/contracts/entity-tags';
import { forward } from '../forward.ts';
import type { Gate } from '../gate.ts';
import { savePipeline } from '../pipelines/save-pipeline.ts';
import { projectClusters } from './project-clusters.ts';
import { callOptions, flag } from '../request.ts';
import { submitTask } from '../tasks/submit-task.ts';

const STRATEGY = { query: { kind: 'strategy' } } as const;

/** Projects, strategies, notifications, and the history of all documents. */
export function documentHandlers(gate: Gate): Handlers<typeof gateDocumentRoutes> {
  const { front50, front50Lists } = gate;
  return {
    ...forward(front50, documentHistoryRoutes),
    ...forward(front50, notificationSettingsRoutes),
    ...forward(gate.echo, notificationRoutes),
    ...forward(front50, canaryConfigRoutes),
    ...forward(front50, archiveRoutes),
    readArchive: (call) => front50Lists.readArchive({}, callOptions(call)),
    listEntityTags: ({ query, ...call }) => front50.listEntityTags({ query }, callOptions(call)),
    getEntityTags: ({ params, ...call }) => front50.getEntityTags({ params }, callOptions(call)),
    tagEntity: ({ query: { application, ...entity }, body: tags, headers, ...call }) =>
      tagTask(
        gate,
        {
          type: 'upsertEntityTags',
          entityRef: { ...entity, ...(application ? { application } : {}) },
          tags,
          isPartial: true,
        },
        headers['idempotency-key'],
        callOptions(call),
      ),
    untagEntity: async ({ params, query, headers, ...call }) => {
      const { id, entityRef } = await front50.getEntityTags({ params }, callOptions(call));
      return tagTask(
        gate,
        {
          type: 'deleteEntityTags',
          id,
          entityRef,
          ...(query.tags ? { tags: query.tags.split(',').filter(Boolean) } : {}),
        },
        headers['idempotency-key'],
        callOptions(call),
      );
    },
    applicationHistory: ({ params, query, ...call }) =>
      front50.applicationHistory({ params, query: { limit: query.limit ?? 20 } }, callOptions(call)),

    listTemplates: ({ query, ...call }) => front50.listTemplates({ query }, callOptions(call)),
    templateVersions: ({ query, ...call }) => front50.templateVersions({ query }, callOptions(call)),
    getTemplate: ({ params, query, ...call }) => front50.getTemplate({ params, query }, callOptions(call)),
    templateDependents: ({ params, ...call }) => front50.templateDependents({ params }, callOptions(call)),
    planTemplate: ({ body, ...call }) => front50.planTemplate({ body }, callOptions(call)),
    convertToTemplate: ({ params, ...call }) => front50.convertToTemplate({ params }, callOptions(call)),
    createTemplate: ({ query, body, ...call }) =>
      documentTask(gate, { type: 'createV2PipelineTemplate', pipelineTemplate: body, ...query }, callOptions(call)),
    updateTemplate: ({ params, query, body, ...call }) =>
      documentTask(
        gate,
        { type: 'updateV2PipelineTemplate', pipelineTemplate: body, id: params.id, ...query },
        callOptions(call),
      ),
    deleteTemplate: ({ params, query, ...call }) =>
      documentTask(
        gate,
        { type: 'deleteV2PipelineTemplate', pipelineTemplateId: params.id, ...query },
        callOptions(call),
      ),

    listProjects: (call) => front50.listProjects({}, callOptions(call)),
    getProject: ({ params, ...call }) => front50.getProject({ params }, callOptions(call)),
    projectHistory: ({ params, query, ...call }) => front50.projectHistory({ params, query }, callOptions(call)),
    projectPipelines: ({ params, query, ...call }) =>
      projectPipelines(gate, params.id, { limit: query.limit ?? 5, statuses: query.statuses }, callOptions(call)),
    projectClusters: async ({ params, ...call }) => {
      const project = await front50.getProject({ params }, callOptions(call));
      const names = project.config.clusters.flatMap(({ applications }) =>
        applications && applications.length > 0 ? applications : project.config.applications,
      );
      const groups = await Promise.all(
        [...new Set(names)].map((application) =>
          gate.clouddriver.listServerGroups({ params: { application } }, callOptions(call)),
        ),
      );
      return projectClusters(project, groups.flat());
    },

    bulkSavePipelines: ({ body, ...call }) => front50.savePipelines({ body }, callOptions(call)),
    movePipeline: async ({ body, ...call }) => {
      await front50.renamePipeline({ body }, callOptions(call));
    },
    reorderPipelines: ({ body, ...call }) => reorder(gate, body, false, callOptions(call)),

    listStrategyConfigs: ({ params, ...call }) =>
      front50.listPipelines({ query: { ...STRATEGY.query, application: params.application } }, callOptions(call)),
    getStrategyConfig: ({ params, ...call }) => front50.getPipelineByName({ params, ...STRATEGY }, callOptions(call)),
    allStrategyConfigs: (call) => front50Lists.listPipelines(STRATEGY, callOptions(call)),
    strategyHistory: ({ params, query, ...call }) =>
      front50.pipelineHistory({ params, query: { limit: query.limit ?? 20 } }, callOptions(call)),
    saveStrategy: async ({ query, rawBody, ...call }) => {
      await savePipeline(
        gate,
        { query: { ...STRATEGY.query, staleCheck: flag(query.staleCheck) }, body: rawBody },
        callOptions(call),
      );
    },
    updateStrategy: async ({ params, rawBody, ...call }) => {
      const saved = await savePipeline(
        gate,
        { query: { ...STRATEGY.query, id: params.id }, body: rawBody },
        callOptions(call),
      );
      return saved.pipeline;
    },
    deleteStrategy: ({ params, ...call }) => front50.deletePipeline({ params, ...STRATEGY }, callOptions(call)),
    moveStrategy: async ({ body, ...call }) => {
      await front50.renamePipeline({ body, ...STRATEGY }, callOptions(call));
    },
    reorderStrategies: ({ body, ...call }) => reorder(gate, body, true, callOptions(call)),
  };
}

/** Gives pipelines or strategies their places, by a task. */
function reorder(
  gate: Gate,
  { application, idsToIndices }: { readonly application: string; readonly idsToIndices: Record<string, number> },
  isStrategy: boolean,
  options: CallOptions,
): Promise<Task> {
  const encoded = Buffer.from(JSON.stringify(application)).toString('base64');
  const job = { type: 'reorderPipelines', application: encoded, idsToIndices, isStrategy };
  return documentTask(gate, job, options, application);
}

/** Changes documents by a task, which is done when it is answered. @throws ServiceError 400 with the task's reason */
async function documentTask(
  gate: Gate,
  job: { readonly type: string } & Readonly<Record<string, unknown>>,
  options: CallOptions,
  application = typeof job['application'] === 'string' ? job['application'] : 'spinnaker',
): Promise<Task> {
  const task = await gate.front50.submitTask(
    { body: { application, description: job.type, job: [job] } },
    { ...options, key: crypto.randomUUID() },
  );
  if (task.status === 'SUCCEEDED') return task;
  const exception = task.variables.find(({ key }) => key === 'exception')?.value as
    | { readonly details?: ErrorDetails & { readonly error?: string } }
    | undefined;
  const { error = 'The change did not succeed', ...details } = exception?.details ?? {};
  throw badRequest(error, { ...details, task: task.id });
}

/** Changes an entity's tags by a task of the application that the entity belongs to. */
function tagTask(
  gate: Gate,
  job: { readonly type: string; readonly entityRef: EntityRef } & Readonly<Record<string, unknown>>,
  key: string | undefined,
  options: CallOptions,
): Promise<{ ref: string }> {
  const { entityId } = job.entityRef;
  const application = applicationOfEntity(job.entityRef) ?? 'spinnaker';
  return submitTask(gate, { application, description: `Tags of ${entityId}`, job: [job] }, key, options);
}

/** Executions of the pipelines that a project chose; of all pipelines of its applications when it chose none. */
async function projectPipelines(
  gate: Gate,
  id: string,
  { limit, statuses }: { readonly limit: number; readonly statuses: string | undefined },
  options: CallOptions,
) {
  const { config } = await gate.front50.getProject({ params: { id } }, options);
  const chosen = config.pipelineConfigs.map(({ pipelineConfigId }) => pipelineConfigId);
  const lists =
    chosen.length > 0
      ? [await gate.orca.listExecutions({ query: { pipelineConfigIds: chosen.join(','), limit, statuses } }, options)]
      : await Promise.all(
          config.applications.map((application) =>
            gate.orca.listForApplication({ params: { application }, query: { limit, statuses } }, options),
          ),
        );
  return lists.flat().toSorted((a, b) => (b.startTime ?? b.buildTime) - (a.startTime ?? a.buildTime));
}
