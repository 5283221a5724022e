import { ServiceError } from '@gennaker/contracts/error';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { retain } from '../retention.ts';
import type { Mail } from '../mailbox.ts';
import { type MailParts, sendMail } from '../send-mail.ts';
import { endUnread } from './end-unread.ts';
import { engineHealth, listSetAside } from './engine-health.ts';
import { isSetAside, openExecutions, pauseAll, redrive, resumeAll, setDraining, zombies } from './engine-switches.ts';

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
  type Caller = Pick<Parameters<Handlers<typeof orcaApi>['killZombie']>[0], 'user' | 'traceparent' | 'headers'>;
  /** What was set aside is looked at once more, and ended without being read where that fails again. */
  const end = async (call: Caller, id: string, user: string, reason: string | undefined): Promise<void> => {
    const message: Mail & { type: 'ForceCancel' } = {
      type: 'ForceCancel',
      user,
      ...(reason === undefined ? {} : { reason }),
    };
    const aside = await isSetAside(db, id);
    if (aside) await redrive(db, id);
    await sendMail(parts, id, message, {
      trace: call.traceparent,
      key: call.headers['idempotency-key'],
      wait: true,
    });
    if (aside) await endUnread(parts, id, message);
  };
  const kill = (call: Caller, id: string): Promise<void> =>
    end({ ...call, headers: {} }, id, call.user, 'it was ended as a zombie');
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
    forceCancel: (call) => {
      const { executionId, canceledBy, reason } = call.query;
      return end(call, executionId, canceledBy ?? call.user, reason);
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
