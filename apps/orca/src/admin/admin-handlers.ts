import { ServiceError } from '@gennaker/contracts/error';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { retain } from '../retention.ts';
import { type MailParts, sendMail } from '../send-mail.ts';
import { engineHealth, listSetAside } from './engine-health.ts';
import { openExecutions, pauseAll, redrive, resumeAll, setDraining, zombies } from './engine-switches.ts';

type Operations =
  | 'engineHealth'
  | 'pauseAll'
  | 'resumeAll'
  | 'drainWorker'
  | 'undrainWorker'
  | 'redrive'
  | 'forceCancel'
  | 'listSetAside'
  | 'retain'
  | 'hydrateQueue'
  | 'killZombies'
  | 'killZombie'
  | 'kickPending';

/** Administration of the engine. */
export function adminHandlers(parts: MailParts): Pick<Handlers<typeof orcaApi>, Operations> {
  const { db, orchestrator, queues } = parts;
  const kill = async (call: { readonly user: string; readonly traceparent: string }, id: string): Promise<void> => {
    await redrive(db, id);
    await sendMail(
      parts,
      id,
      { type: 'ForceCancel', user: call.user, reason: 'it was ended as a zombie' },
      { trace: call.traceparent, wait: true },
    );
  };
  return {
    engineHealth: () => engineHealth(db.pool),
    pauseAll: ({ body, user }) => pauseAll(db, user, body.reason),
    resumeAll: () => resumeAll(db),
    drainWorker: ({ params }) => setDraining(db, params.instance, true),
    undrainWorker: ({ params }) => setDraining(db, params.instance, false),
    redrive: async ({ params }) => {
      await redrive(db, params.id);
      orchestrator.bell.ring(params.id);
    },
    forceCancel: async (call) => {
      const { executionId, canceledBy, reason } = call.query;
      await sendMail(
        parts,
        executionId,
        { type: 'ForceCancel', user: canceledBy ?? call.user, ...(reason === undefined ? {} : { reason }) },
        { trace: call.traceparent, key: call.headers['idempotency-key'], wait: true },
      );
    },
    listSetAside: () => listSetAside(db.pool),
    retain: ({ query }) => {
      const { retention, world } = parts;
      if (!retention)
        throw new ServiceError(409, 'This orca has no retention policy', { fix: 'set retention in gennaker.yml' });
      return retain(db, retention, { dryRun: query.dryRun, now: world.clock.now() });
    },
    hydrateQueue: async ({ query }) => {
      const executions = await openExecutions(db, query);
      if (!query.dryRun) for (const id of executions) orchestrator.bell.ring(id);
      return { dryRun: query.dryRun, executions };
    },
    killZombies: async (call) => {
      const executions = await zombies(db, call.query.minimumActivity);
      for (const id of executions) await kill(call, id);
      return { executions };
    },
    killZombie: (call) => kill(call, call.params.id),
    kickPending: async ({ query, user }) => {
      if (query.purge) await queues.purge(query.pipelineConfigId, user);
      await queues.drain(query.pipelineConfigId);
    },
  };
}
