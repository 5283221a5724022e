import type { front50Api } from '@gennaker/contracts/front50';
import type { Handlers } from '@gennaker/contracts/route';
import { inTransaction } from '@gennaker/store/database';
import { deleteApplication } from './applications/delete-application.ts';
import { getApplication, listApplications } from './applications/read-applications.ts';
import { readPermissions } from './applications/read-permissions.ts';
import { upsertApplication } from './applications/upsert-application.ts';
import type { Front50 } from './front50.ts';
import { deletePipeline } from './pipelines/delete-pipeline.ts';
import { pipelineHistory } from './pipelines/pipeline-history.ts';
import { getPipeline, getPipelineByName, getStoredPipeline, listPipelines } from './pipelines/read-pipelines.ts';
import { savePipeline } from './pipelines/save-pipeline.ts';
import { deleteTask, getTask, listTasks } from './tasks/read-tasks.ts';
import { submitTask } from './tasks/submit-task.ts';

/** Front50's API bound to its use cases. */
export function front50Handlers(front50: Front50): Handlers<typeof front50Api> {
  const { db } = front50;
  return {
    listApplications: () => listApplications(db.pool),
    getApplication: ({ params }) => getApplication(db.pool, params.application),
    upsertApplication: ({ params, body, user }) =>
      inTransaction(db, (client) => upsertApplication(front50, client, params.application, body, user)),
    deleteApplication: ({ params }) => inTransaction(db, (client) => deleteApplication(client, params.application)),
    listPermissions: () => readPermissions(db.pool),
    listPipelines: ({ query }) =>
      listPipelines(db.pool, {
        application: query.application,
        triggerTypes: query.triggerTypes?.split(',').filter(Boolean),
      }),
    getPipeline: ({ params }) => getPipeline(db.pool, params.id),
    getPipelineText: async ({ params }) => (await getStoredPipeline(db.pool, params.id)).text,
    getStoredPipeline: ({ params }) => getStoredPipeline(db.pool, params.id),
    getPipelineByName: ({ params }) => getPipelineByName(db.pool, params.application, params.name),
    savePipeline: ({ query, rawBody, user }) =>
      inTransaction(db, (client) =>
        savePipeline(front50, client, rawBody, {
          staleCheck: query.staleCheck === true,
          user,
          ...(query.id === undefined ? {} : { id: query.id }),
        }),
      ),
    deletePipeline: ({ params }) => deletePipeline(db.pool, params.application, params.name),
    pipelineHistory: ({ params, query }) => pipelineHistory(db.pool, params.id, query.limit ?? 20),
    submitTask: ({ body, headers, user }) => submitTask(front50, body, { key: headers['idempotency-key'], user }),
    getTask: ({ params }) => getTask(db.pool, params.id),
    deleteTask: ({ params }) => deleteTask(db.pool, params.id),
    listTasks: ({ params, query }) => listTasks(db.pool, params.application, query.limit ?? 100),
  };
}
