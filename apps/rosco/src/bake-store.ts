import { type Reason, reasonSchema } from '@gennaker/contracts/execution';
import { type Database, inTransaction, type Queryable } from '@gennaker/store/database';
import { z } from 'zod';
import { type BakePlan, bakePlanSchema } from './bake-plan.ts';

/** A stage that waits for a bake. */
export const callbackSchema = z.object({ executionId: z.string(), stageId: z.string() });
export type Callback = z.infer<typeof callbackSchema>;

export const bakedImageSchema = z.object({ name: z.string(), id: z.string(), selfLink: z.string() });
export type BakedImage = z.infer<typeof bakedImageSchema>;

const rowSchema = z.object({
  id: z.string(),
  key: z.string(),
  state: z.enum(['PENDING', 'RUNNING', 'COMPLETED', 'CANCELED']),
  result: z.enum(['SUCCESS', 'FAILURE']).nullable(),
  region: z.string(),
  image_name: z.string(),
  plan: bakePlanSchema,
  image: bakedImageSchema.nullable(),
  reason: reasonSchema.nullable(),
  callbacks: z.array(callbackSchema),
  cancel_requested: z.boolean(),
  checkout: z.string().nullable(),
  epoch: z.number(),
  trace: z.string().nullable(),
});
export type BakeRow = z.infer<typeof rowSchema>;

const COLUMNS =
  'id, key, state, result, region, image_name, plan, image, reason, callbacks, cancel_requested, checkout, epoch, trace';

/** How a bake ended. */
export type BakeOutcome =
  | { readonly kind: 'image'; readonly image: BakedImage; readonly reason: Reason }
  | { readonly kind: 'failed' | 'cancelled'; readonly reason: Reason };

/** Who holds a claimed bake; every write of the owner is fenced by it. */
export interface Claim {
  readonly id: string;
  readonly owner: string;
  readonly epoch: number;
}

/** One bake by id; null when unknown. */
export async function getBakeRow(db: Queryable, id: string): Promise<BakeRow | null> {
  const { rows } = await db.query(`select ${COLUMNS} from rosco.bakes where id = $1`, [id]);
  return rows[0] ? rowSchema.parse(rows[0]) : null;
}

/** The live bake of a key, locked until the transaction ends. */
export async function lockLiveBake(client: Queryable, key: string): Promise<BakeRow | null> {
  const { rows } = await client.query(`select ${COLUMNS} from rosco.bakes where live_key = $1 for update`, [key]);
  return rows[0] ? rowSchema.parse(rows[0]) : null;
}

/** How often a key was baked before. */
export async function countBakes(client: Queryable, key: string): Promise<number> {
  const { rows } = await client.query<{ next: number }>(
    'select coalesce(max(generation) + 1, 0)::int as next from rosco.bakes where key = $1',
    [key],
  );
  return rows[0]?.next ?? 0;
}

/** Adds a bake that waits for a worker. */
export async function insertBake(
  client: Queryable,
  bake: {
    id: string;
    plan: BakePlan;
    generation: number;
    region: string;
    callbacks: readonly Callback[];
    trace: string;
  },
): Promise<void> {
  await client.query(
    `insert into rosco.bakes(id, key, live_key, generation, state, region, image_name, plan, callbacks, trace)
     values ($1, $2, $2, $3, 'PENDING', $4, $5, $6::jsonb, $7::jsonb, $8)`,
    [
      bake.id,
      bake.plan.key,
      bake.generation,
      bake.region,
      bake.plan.imageName,
      JSON.stringify(bake.plan),
      JSON.stringify(bake.callbacks),
      bake.trace,
    ],
  );
}

/** Takes a bake out of the way of a new one of its key. A running one goes on for those who wait for it. */
export async function retireBake(client: Queryable, id: string): Promise<void> {
  await client.query('update rosco.bakes set live_key = null where id = $1', [id]);
}

/** Adds a stage to those that are woken when the bake ends. */
export async function addCallback(client: Queryable, id: string, callback: Callback): Promise<void> {
  await client.query(
    `update rosco.bakes set callbacks = callbacks || $2::jsonb
     where id = $1 and not callbacks @> $2::jsonb`,
    [id, JSON.stringify([callback])],
  );
}

/**
 * Asks for the end of a bake. A caller that names its stage only stops waiting: the bake goes on while others wait.
 * @returns true when the bake shall end
 */
export async function requestCancel(db: Database, id: string, callback: Callback | undefined): Promise<boolean> {
  return inTransaction(db, async (client) => {
    const { rows } = await client.query('select callbacks from rosco.bakes where id = $1 for update', [id]);
    const callbacks = z.array(callbackSchema).parse(rows[0]?.callbacks ?? []);
    const others = callbacks.filter(
      (c) => callback && !(c.executionId === callback.executionId && c.stageId === callback.stageId),
    );
    if (callback) {
      await client.query('update rosco.bakes set callbacks = $2::jsonb where id = $1', [id, JSON.stringify(others)]);
      if (others.length > 0) return false;
    }
    const { rowCount } = await client.query(
      `update rosco.bakes set cancel_requested = true, live_key = null where id = $1 and state in ('PENDING', 'RUNNING')`,
      [id],
    );
    return rowCount === 1;
  });
}

/** Takes the oldest bake that nobody works on, for `leaseMs`. */
export async function claimBake(db: Queryable, owner: string, leaseMs: number): Promise<BakeRow | null> {
  const { rows } = await db.query(
    `update rosco.bakes set owner = $1, epoch = epoch + 1, state = 'RUNNING', started_at = coalesce(started_at, now()),
       lease_until = now() + $2 * interval '1 millisecond'
     where id = (select id from rosco.bakes where state in ('PENDING', 'RUNNING') and (lease_until is null or lease_until < now())
                 order by created_at limit 1 for update skip locked)
     returning ${COLUMNS}`,
    [owner, leaseMs],
  );
  return rows[0] ? rowSchema.parse(rows[0]) : null;
}

/** Prolongs a claim. `held` is false when another owner has it by now. */
export async function renewClaim(
  db: Queryable,
  claim: Claim,
  leaseMs: number,
): Promise<{ held: boolean; cancelRequested: boolean }> {
  const { rows } = await db.query<{ cancel_requested: boolean }>(
    `update rosco.bakes set lease_until = now() + $4 * interval '1 millisecond'
     where id = $1 and owner = $2 and epoch = $3 and state = 'RUNNING' returning cancel_requested`,
    [claim.id, claim.owner, claim.epoch, leaseMs],
  );
  return { held: rows.length === 1, cancelRequested: rows[0]?.cancel_requested ?? false };
}

/** Gives a bake back, for another worker to take at once. */
export async function releaseClaim(db: Queryable, claim: Claim): Promise<void> {
  await db.query(
    'update rosco.bakes set lease_until = null, owner = null where id = $1 and owner = $2 and epoch = $3',
    [claim.id, claim.owner, claim.epoch],
  );
}

/** Remembers the copy that this attempt works on, before its first use. */
export async function recordCheckout(db: Queryable, claim: Claim, checkout: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update rosco.bakes set checkout = $4 where id = $1 and owner = $2 and epoch = $3',
    [claim.id, claim.owner, claim.epoch, checkout],
  );
  return rowCount === 1;
}

/** Ends a bake; null when the claim is no longer held. The caller's transaction also holds the wake-ups. */
export async function endBake(client: Queryable, claim: Claim, outcome: BakeOutcome): Promise<BakeRow | null> {
  const done = outcome.kind === 'image';
  const { rows } = await client.query(
    `update rosco.bakes set state = $4, result = $5, image = $6::jsonb, reason = $7::jsonb, lease_until = null, ended_at = now(),
       live_key = case when $8 then live_key end
     where id = $1 and owner = $2 and epoch = $3 and state = 'RUNNING' returning ${COLUMNS}`,
    [
      claim.id,
      claim.owner,
      claim.epoch,
      done ? 'COMPLETED' : 'CANCELED',
      done ? 'SUCCESS' : 'FAILURE',
      done ? JSON.stringify(outcome.image) : null,
      JSON.stringify(outcome.reason),
      done,
    ],
  );
  return rows[0] ? rowSchema.parse(rows[0]) : null;
}

/** Content digests, out of these, that no unfinished bake needs any more. */
export async function unneededFiles(db: Queryable, digests: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ digest: string }>(
    `select digest from unnest($1::text[]) digest where not exists (
       select 1 from rosco.bakes where state in ('PENDING', 'RUNNING')
         and plan @> jsonb_build_object('files', jsonb_build_array(jsonb_build_object('sha256', digest))))`,
    [digests],
  );
  return rows.map((row) => row.digest);
}
