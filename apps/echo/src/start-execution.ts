import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import { orchestrateSchema } from '@gennaker/contracts/orca';
import { namedOnly, type TokenScope, tokenScopeSchema } from '@gennaker/contracts/people';
import { type DeliveryResult, isRefusal, type OutboxDelivery } from '@gennaker/store/outbox';
import type { EchoParts } from './echo.ts';

/** Hands one execution to orca under its id, writes down what orca said and tells its event; a repeat changes nothing. */
export async function startExecution(
  echo: Pick<EchoParts, 'db' | 'orca' | 'clock' | 'actsAs'>,
  message: OutboxDelivery,
  settled: (eventId: string) => void,
): Promise<DeliveryResult> {
  const body = orchestrateSchema.parse(message.body);
  const user = body.trigger?.user ?? 'anonymous';
  const person = (await echo.actsAs?.(user)) ?? namedOnly(user);
  const scope = await scopeOf(echo, message.key);
  const identity = scope === undefined ? person : { ...person, scope };
  try {
    await echo.orca.orchestrate(
      { body },
      {
        key: message.key,
        identity,
        ...(message.trace ? { traceparent: message.trace } : {}),
      },
    );
  } catch (error) {
    if (!(error instanceof ServiceError) || !isRefusal(error.status)) throw error;
    const reason: Reason = {
      summary: `orca refused to start it: ${error.message}`,
      evidence: { status: error.status, ...error.details },
      ...(error.details.fix ? { next: error.details.fix } : {}),
    };
    await settle(echo, settled, message.key, 'refused', reason);
    return { status: error.status, reason: error.message };
  }
  await settle(echo, settled, message.key, 'started');
  return { status: 200 };
}

/** Scope of the token that an execution is started with by hand; undefined without one. */
async function scopeOf({ db }: Pick<EchoParts, 'db'>, executionId: string): Promise<TokenScope | undefined> {
  const { rows } = await db.pool.query<{ scope: unknown }>({
    name: 'echo-scope-of-start',
    text: `select e.content->'scope' as scope from echo.matches m join echo.events e on e.id = m.event_id
     where m.execution_id = $1 and e.type = 'manual'`,
    values: [executionId],
  });
  return tokenScopeSchema.optional().parse(rows[0]?.scope ?? undefined);
}

async function settle(
  echo: Pick<EchoParts, 'db' | 'clock'>,
  settled: (eventId: string) => void,
  executionId: string,
  state: 'started' | 'refused',
  reason?: Reason,
): Promise<void> {
  const { rows } = await echo.db.pool.query<{ event_id: string }>({
    name: 'echo-settle-start',
    text: `update echo.matches set state = $2, reason = coalesce($3::jsonb, reason), updated_at = $4
     where execution_id = $1 and state = 'starting' returning event_id`,
    values: [executionId, state, reason ? JSON.stringify(reason) : null, new Date(echo.clock.now())],
  });
  for (const { event_id: eventId } of rows) settled(eventId);
}
