import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import { orchestrateSchema } from '@gennaker/contracts/orca';
import { namedOnly } from '@gennaker/contracts/people';
import { type DeliveryResult, isRefusal, type OutboxDelivery } from '@gennaker/store/outbox';
import type { EchoParts } from './echo.ts';

/** Hands one execution to orca under its id and writes down what orca said; a repeat changes nothing. */
export async function startExecution(
  echo: Pick<EchoParts, 'db' | 'orca' | 'clock' | 'actsAs'>,
  message: OutboxDelivery,
): Promise<DeliveryResult> {
  const body = orchestrateSchema.parse(message.body);
  const user = body.trigger?.user ?? 'anonymous';
  const identity = (await echo.actsAs?.(user)) ?? namedOnly(user);
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
    await settle(echo, message.key, 'refused', reason);
    return { status: error.status, reason: error.message };
  }
  await settle(echo, message.key, 'started');
  return { status: 200 };
}

async function settle(
  echo: Pick<EchoParts, 'db' | 'clock'>,
  executionId: string,
  state: 'started' | 'refused',
  reason?: Reason,
): Promise<void> {
  await echo.db.pool.query(
    `update echo.matches set state = $2, reason = coalesce($3::jsonb, reason), updated_at = $4
     where execution_id = $1 and state = 'starting'`,
    [executionId, state, reason ? JSON.stringify(reason) : null, new Date(echo.clock.now())],
  );
}
