import { badRequest } from '@gennaker/contracts/error';
import { isComplete } from '@gennaker/contracts/status';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { executionView } from '@gennaker/engine/view';
import { evaluateExpression } from './evaluate-expression.ts';
import { insightHandlers } from './insight/insight-handlers.ts';
import { planDocument } from './insight/plan.ts';
import { listByIds, listOfApplication } from './list-executions.ts';
import type { Mail } from './mailbox.ts';
import { readExecution } from './rows.ts';
import { type MailParts, patchStage, sendMail } from './send-mail.ts';
import { startExecution, triggerOf } from './start-execution.ts';

/** Orca's handlers. */
export function orcaHandlers(parts: MailParts): Handlers<typeof orcaApi> {
  const { db, orchestrator, world } = parts;
  const started = (start: { readonly id: string; readonly fresh: boolean }): void => {
    orchestrator.bell.ring(start.id);
    if (start.fresh) orchestrator.announce(start.id);
  };
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
    orchestrate: async (call) => {
      const { body, user } = call;
      if (body['plan'] === true) return { ref: '/plan', ...(await planDocument(parts, body, { user })) };
      if (body['disabled'] === true)
        throw badRequest(`The pipeline "${body.name}" is disabled`, {
          field: 'disabled',
          fix: 'enable the pipeline first',
        });
      const trigger = triggerOf(body, user);
      const start = await startExecution(db, {
        type: 'PIPELINE',
        application: body.application,
        name: body.name,
        stages: body.stages,
        trigger,
        by: { ...call.identity, user: trigger.user ?? user },
        traceparent: call.traceparent,
        document: body,
        text: new TextDecoder().decode(call.rawBody),
        now: world.clock.now(),
        key: call.headers['idempotency-key'],
      });
      started(start);
      return { ref: `/pipelines/${start.id}` };
    },
    ops: async (call) => {
      const { body, user } = call;
      const trigger = triggerOf(body, user);
      const start = await startExecution(db, {
        type: 'ORCHESTRATION',
        application: body.application,
        name: body.description ?? body.job[0]?.type ?? 'operation',
        stages: body.job,
        trigger,
        by: { ...call.identity, user: trigger.user ?? user },
        traceparent: call.traceparent,
        document: body,
        text: new TextDecoder().decode(call.rawBody),
        now: world.clock.now(),
        key: call.headers['idempotency-key'],
      });
      started(start);
      return { ref: `/tasks/${start.id}` };
    },
    getExecution: async ({ params }) => executionView(await readExecution(db.pool, params.id)),
    listExecutions: ({ query }) => listByIds(db, query),
    listForApplication: ({ params, query }) => listOfApplication(db, params.application, 'PIPELINE', query),
    listTasks: ({ params, query }) => listOfApplication(db, params.application, 'ORCHESTRATION', query),
    cancel: (call) =>
      command(call, {
        type: 'Cancel',
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
    evaluateExpression: async ({ params, query }) =>
      evaluateExpression(world, await readExecution(db.pool, params.id), query.expression, query.stageId),
    stats: () => ({ ...orchestrator.stats() }),
    ...insightHandlers(parts),
    events: ({ query, headers, signal }) =>
      orchestrator.feed.follow(query.after ?? headers['last-event-id'], query, signal),
  };
}

type Keyed = Readonly<Record<string, string | undefined>>;
