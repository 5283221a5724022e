import type { front50Api } from '@gennaker/contracts/front50';
import type { Handlers } from '@gennaker/contracts/route';
import { inTransaction } from '@gennaker/store/database';
import { readArchive } from './archive/read-archive.ts';
import { restoreArchive } from './archive/restore-archive.ts';
import { applicationHistory } from './applications/application-history.ts';
import { deleteApplication } from './applications/delete-application.ts';
import { getApplication, listApplications } from './applications/read-applications.ts';
import { readPermissions } from './applications/read-permissions.ts';
import { upsertApplication } from './applications/upsert-application.ts';
import {
  createCanaryConfig,
  deleteCanaryConfig,
  canaryConfigSummary,
  getCanaryConfig,
  listCanaryConfigs,
  updateCanaryConfig,
} from './canary-configs/canary-configs.ts';
import { deleteEntityTags, getEntityTags, listEntityTags, upsertEntityTags } from './entity-tags/entity-tags.ts';
import type { Front50 } from './front50.ts';
import { deletePipeline } from './pipelines/delete-pipeline.ts';
import {
  deleteNotificationSettings,
  getNotificationSettings,
  saveNotificationSettings,
} from './notifications/notification-settings.ts';
import { renamePipeline, reorderPipelines, savePipelines } from './pipelines/many-pipelines.ts';
import {
  pipelineBlame,
  pipelineChanges,
  pipelineDiff,
  pipelineHistory,
  restorePipelineVersion,
} from './pipelines/pipeline-history.ts';
import {
  getPipeline,
  getPipelineByName,
  getStoredPipeline,
  listPipelines,
  plannedPipeline,
  plannedPipelines,
} from './pipelines/read-pipelines.ts';
import { savePipeline } from './pipelines/save-pipeline.ts';
import { getProject, listProjects, projectHistory } from './projects/projects.ts';
import { listDeleted, restoreDeleted } from './recycle-bin/recycle-bin.ts';
import { convertToTemplate } from './templates/convert-to-template.ts';
import { dependentsOf } from './templates/dependents.ts';
import { planned } from './templates/template-references.ts';
import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  listTemplates,
  templateVersions,
  updateTemplate,
} from './templates/template-store.ts';
import { deleteTask, getTask, listTasks } from './tasks/read-tasks.ts';
import { submitTask } from './tasks/submit-task.ts';

/** Front50's API bound to its use cases. */
export function front50Handlers(front50: Front50): Handlers<typeof front50Api> {
  const { db } = front50;
  return {
    listApplications: ({ query }) => listApplications(db, query),
    getApplication: ({ params }) => getApplication(db.pool, params.application),
    upsertApplication: ({ params, body, user }) =>
      inTransaction(db, (client) => upsertApplication(front50, client, params.application, body, user)),
    deleteApplication: ({ params, user }) =>
      inTransaction(db, (client) => deleteApplication(front50, client, params.application, user)),
    applicationHistory: ({ params, query }) => applicationHistory(db.pool, params.application, query.limit ?? 20),
    listPermissions: () => readPermissions(db.pool),
    listPipelines: ({ query }) => {
      const types = query.triggerTypes?.split(',').filter(Boolean);
      const pipelines = listPipelines(db, {
        application: query.application,
        ...(query.kind ? { kind: query.kind } : {}),
        triggerTypes: types,
        orTemplated: query.plan === true,
      });
      return query.plan === true ? plannedPipelines(db.pool, pipelines, types) : pipelines;
    },
    getPipeline: async ({ params, query }) => {
      const pipeline = await getPipeline(db.pool, params.id);
      return query.plan === true ? plannedPipeline(db.pool, pipeline) : pipeline;
    },
    getPipelineText: async ({ params }) => (await getStoredPipeline(db.pool, params.id)).text,
    getStoredPipeline: ({ params }) => getStoredPipeline(db.pool, params.id),
    getPipelineByName: async ({ params, query }) => {
      const pipeline = await getPipelineByName(db.pool, params.application, params.name, query.kind);
      return query.plan === true ? plannedPipeline(db.pool, pipeline) : pipeline;
    },
    savePipeline: ({ query, rawBody, user }) =>
      inTransaction(db, (client) =>
        savePipeline(front50, client, rawBody, {
          kind: query.kind ?? 'pipeline',
          staleCheck: query.staleCheck === true,
          user,
          ...(query.id === undefined ? {} : { id: query.id }),
        }),
      ),
    deletePipeline: ({ params, query, user }) =>
      inTransaction(db, (client) =>
        deletePipeline(front50, client, { ...params, kind: query.kind ?? 'pipeline' }, user),
      ),
    savePipelines: ({ body, user }) => savePipelines(front50, (change) => inTransaction(db, change), body, user),
    reorderPipelines: ({ query, body }) =>
      reorderPipelines(db.pool, body.application, body.idsToIndices, query.kind ?? 'pipeline'),
    renamePipeline: ({ query, body, user }) =>
      inTransaction(db, (client) => renamePipeline(front50, client, { ...body, kind: query.kind ?? 'pipeline' }, user)),
    pipelineChanges: ({ params, query }) => pipelineChanges(db.pool, params.id, query.limit ?? 20),
    pipelineDiff: ({ params, query }) => pipelineDiff(db.pool, params.id, query.from, query.to),
    pipelineBlame: ({ params }) => pipelineBlame(db.pool, params.id),
    restorePipelineVersion: ({ params, body, user }) =>
      inTransaction(db, (client) => restorePipelineVersion(front50, client, params.id, body.version, user)),
    listDeleted: ({ query }) => listDeleted(db.pool, { application: query.application, limit: query.limit ?? 100 }),
    restoreDeleted: ({ params, user }) =>
      inTransaction(db, (client) => restoreDeleted(front50, client, params.kind, params.id, user)),
    listProjects: () => listProjects(db.pool),
    getProject: ({ params }) => getProject(db.pool, params.id),
    projectHistory: ({ params, query }) => projectHistory(db.pool, params.id, query.limit ?? 20),
    getNotificationSettings: ({ params }) => getNotificationSettings(db.pool, params),
    saveNotificationSettings: ({ params, body, user }) =>
      inTransaction(db, (client) => saveNotificationSettings(front50, client, params, body, user)),
    deleteNotificationSettings: ({ params, user }) =>
      inTransaction(db, (client) => deleteNotificationSettings(front50, client, params, user)),
    pipelineHistory: ({ params, query }) => pipelineHistory(db.pool, params.id, query.limit ?? 20),
    listTemplates: ({ query }) => listTemplates(db.pool, query.scopes?.split(',').filter(Boolean)),
    templateVersions: ({ query }) => templateVersions(db.pool, query.scopes?.split(',').filter(Boolean)),
    getTemplate: ({ params, query }) => getTemplate(db.pool, params.id, query),
    createTemplate: ({ query, body, user }) =>
      inTransaction(db, (client) => createTemplate(front50, client, body, query.tag, user)),
    updateTemplate: ({ params, query, body, user }) =>
      inTransaction(db, (client) => updateTemplate(front50, client, params.id, body, query.tag, user)),
    deleteTemplate: ({ params, query, user }) =>
      inTransaction(db, (client) => deleteTemplate(front50, client, params.id, query, user)),
    templateDependents: ({ params }) => dependentsOf(db.pool, params.id),
    convertToTemplate: async ({ params }) => convertToTemplate(await getPipeline(db.pool, params.id)),
    planTemplate: async ({ body }) => ({ ...(await planned(db.pool, body)) }),
    listEntityTags: ({ query }) => listEntityTags(db.pool, query),
    getEntityTags: ({ params }) => getEntityTags(db.pool, params.id),
    upsertEntityTags: ({ body, user }) => inTransaction(db, (client) => upsertEntityTags(front50, client, body, user)),
    deleteEntityTags: ({ params, query, user }) =>
      inTransaction(db, (client) =>
        deleteEntityTags(front50, client, params.id, query.tags?.split(',').filter(Boolean), user),
      ),
    listCanaryConfigs: async ({ query }) =>
      (await listCanaryConfigs(db.pool, query.application)).map(canaryConfigSummary),
    getCanaryConfig: ({ params }) => getCanaryConfig(db.pool, params.id),
    createCanaryConfig: ({ body, user }) =>
      inTransaction(db, (client) => createCanaryConfig(front50, client, body, user)),
    updateCanaryConfig: ({ params, body, user }) =>
      inTransaction(db, (client) => updateCanaryConfig(front50, client, params.id, body, user)),
    deleteCanaryConfig: ({ params, user }) =>
      inTransaction(db, (client) => deleteCanaryConfig(front50, client, params.id, user)),
    readArchive: () => readArchive(db),
    restoreArchive: ({ body, user }) => restoreArchive(front50, (change) => inTransaction(db, change), body, user),
    submitTask: ({ body, headers, user }) => submitTask(front50, body, { key: headers['idempotency-key'], user }),
    getTask: ({ params }) => getTask(db.pool, params.id),
    deleteTask: ({ params }) => deleteTask(db.pool, params.id),
    listTasks: ({ params, query }) => listTasks(db.pool, params.application, query.limit ?? 100),
  };
}
