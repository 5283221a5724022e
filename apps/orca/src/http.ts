import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { executionView } from '@gennaker/engine/view';
import { adminHandlers } from './admin/admin-handlers.ts';
import { bindingsOf } from './artifacts/bindings.ts';
import { insightHandlers } from './insight/insight-handlers.ts';
import { planDocument } from './insight/plan.ts';
import { listByIds, listOfApplication } from './list-executions.ts';
import type { Mail } from './mailbox.ts';
import { readExecution } from './rows.ts';
import { executionHandlers } from './rest/execution-handlers.ts';
import { startHandlers } from './rest/start-handlers.ts';
import { taskView } from './rest/task-view.ts';
import { type MailParts, patchStage, sendMail } from './send-mail.ts';
import { labHandlers } from './strategy-lab/lab-handlers.ts';
import { storedContent } from './stored-artifacts.ts';
import type { StrategyLab } from './strategy-lab/strategy-lab.ts';
import { undoHandlers } from './undo/undo-handlers.ts';

/** Orca's handlers. */
export function orcaHandlers(parts: MailParts, lab: StrategyLab): Handlers<typeof orcaApi> {
  const { db, orchestrator } = parts;
  const command = async (
    call: { readonly params: { readonly id: string }; readonly traceparent: string; readonly headers: Keyed },
    mail: Mail,
  ): Promise<void> => {
    await sendMail(parts, call.params.id, mail, {
      trace: call.traceparent,
      key: call.headers['idempotency-key'],
      wait: true,
    });
  };
  return {
    ...startHandlers(parts, (body, user) => planDocument(parts, body, { user })),
    ...executionHandlers(parts),
    ...adminHandlers(parts),
    listExecutions: ({ query }) => listByIds(db, query),
    listForApplication: ({ params, query }) => listOfApplication(db, params.application, 'PIPELINE', query),
    getTask: async ({ params }) => taskView(executionView(await readExecution(db.pool, params.id))),
    listTasks: async ({ params, query }) => {
      const limit = query.limit ?? 3_500;
      const end = limit * (query.page ?? 1);
      const executions = await listOfApplication(db, params.application, 'ORCHESTRATION', {
        limit: end,
        statuses: query.statuses,
      });
      return executions.slice(end - limit).map(taskView);
    },
    cancel: (call) =>
      command(call, {
        type: call.query.force === true ? 'ForceCancel' : 'Cancel',
        user: call.user,
        ...(call.query.reason === undefined ? {} : { reason: call.query.reason }),
      }),
    pause: (call) => command(call, { type: 'Pause', user: call.user }),
    resume: (call) => command(call, { type: 'Resume', user: call.user }),
    patchStage: (call) =>
      patchStage(parts, {
        id: call.params.id,
        stageId: call.params.stageId,
        patch: call.body,
        by: call.identity,
        trace: call.traceparent,
        key: call.headers['idempotency-key'],
      }),
    wake: async (call) => {
      const state = await readExecution(db.pool, call.params.id);
      if (isComplete(state.status)) return;
      const mail: Mail = { type: 'Wake', stageId: call.params.stageId, cause: call.body.cause };
      await sendMail(parts, call.params.id, mail, {
        trace: call.traceparent,
        key: `wake:${call.body.key}`,
        wait: false,
      });
    },
    history: async ({ params }) => {
      await readExecution(db.pool, params.id);
      return orchestrator.feed.history(params.id);
    },
    stats: () => ({ ...orchestrator.stats() }),
    ...insightHandlers(parts),
    getStoredArtifact: async ({ params }) => ({
      reference: await storedContent(db.pool, params.application, params.hash),
    }),
    bindingsOf: ({ body }) =>
      bindingsOf(
        db.pool,
        { ...body.pipeline, application: body.application },
        executionTriggerSchema.parse(body.trigger ?? {}),
      ),
    bindingsOfStored: async ({ params, body, identity, signal, traceparent }) => {
      const pipeline = await parts.world.ports.front50.getPipeline(
        { params, query: { plan: 'true' } },
        { identity, signal, traceparent },
      );
      return bindingsOf(db.pool, pipeline, executionTriggerSchema.parse(body.trigger ?? {}));
    },
    ...labHandlers(lab, parts.world),
    ...undoHandlers(parts),
    events: ({ query: { after, types, ...filter }, headers, signal }) =>
      orchestrator.feed.follow(after ?? headers['last-event-id'], { ...filter, types: types?.split(',') }, signal),
    eventsPosition: () => orchestrator.feed.position(),
    eventsSince: ({ body }) => orchestrator.feed.since(body.after, body.types),
  };
}

type Keyed = Readonly<Record<string, string | undefined>>;
