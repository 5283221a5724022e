import type { Database } from '@gennaker/store/database';
import { z } from 'zod';
import type { Claim } from './journal.ts';

/** An owner that does not renew for this long has lost its operations, ms. */
export const LEASE_MS = 4_000;
export const RENEW_MS = 1_000;

const rowSchema = z.object({
  id: z.string(),
  key: z.string(),
  provider: z.string(),
  status: z.enum(['QUEUED', 'RUNNING', 'UNDOING']),
  reason: z.unknown(),
  descriptions: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
  user: z.string(),
  execution_id: z.string().nullable(),
  stage_id: z.string().nullable(),
  trace: z.string().nullable(),
  epoch: z.string(),
  attempt: z.number(),
  created_at: z.date(),
});

/** An operation that this process owns until its lease runs out. */
export type ClaimedOperation = z.infer<typeof rowSchema> & { readonly claim: Claim };

/** Takes operations that nobody runs, oldest first: new ones, and those whose owner died. */
export async function claimOperations(db: Database, owner: string, limit: number): Promise<ClaimedOperation[]> {
  const { rows } = await db.pool.query({
    name: 'operations-claim',
    text: `update clouddriver.operations o
      set owner = $1, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $3),
        started_at = coalesce(started_at, clock_timestamp()), status = case status when 'QUEUED' then 'RUNNING' else status end
      where id in (
        select id from clouddriver.operations
        where ended_at is null and (lease_until is null or lease_until < clock_timestamp())
        order by created_at, id for update skip locked limit $2)
      returning id, key, provider, status, reason, descriptions, "user", execution_id, stage_id, trace, epoch::text, attempt, created_at`,
    values: [owner, limit, LEASE_MS / 1_000],
  });
  return rows.map((raw) => {
    const row = rowSchema.parse(raw);
    return { ...row, claim: { operationId: row.id, owner, epoch: row.epoch } };
  });
}

/** Keeps a claim; false when it is another's by now. */
export async function renewClaim(db: Database, claim: Claim): Promise<boolean> {
  const { rowCount } = await db.pool.query({
    name: 'operations-renew',
    text: `update clouddriver.operations set lease_until = clock_timestamp() + make_interval(secs => $4)
      where id = $1 and owner = $2 and epoch = $3 and ended_at is null`,
    values: [claim.operationId, claim.owner, claim.epoch, LEASE_MS / 1_000],
  });
  return rowCount === 1;
}

/** Gives an unfinished operation back, so that another process goes on at once. */
export async function giveBack(db: Database, claim: Claim): Promise<void> {
  await db.pool.query(
    'update clouddriver.operations set lease_until = null where id = $1 and owner = $2 and epoch = $3 and ended_at is null',
    [claim.operationId, claim.owner, claim.epoch],
  );
}
