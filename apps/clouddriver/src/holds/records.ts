import {
  type Hold,
  HOLD_KEY,
  holdWishSchema,
  type HoldWish,
  SETTLES_KEY,
  settlesHoldsSchema,
} from '@gennaker/contracts/holds';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Queryable } from '@gennaker/store/database';
import { ulid } from 'ulid';
import { z } from 'zod';
import { sentenceOf } from '../undo/sentence.ts';

/** Key of a description that ends a hold by taking it back; written by clouddriver itself. */
export const RELEASES_KEY = 'releases';

/** Operations that take something back, in their order. */
export const undoSchema = z.array(z.record(z.string(), z.record(z.string(), z.unknown())));
export type Undo = z.infer<typeof undoSchema>;

/** What a description says of holds. */
export interface HoldPart {
  readonly wish: HoldWish | undefined;
  readonly settles: readonly string[];
  readonly releases: string | undefined;
}

/** Reads what a description says of holds. @throws ZodError naming the field */
export function holdPart(description: JsonObject): HoldPart {
  return {
    wish: holdWishSchema.optional().parse(description[HOLD_KEY]),
    settles: settlesHoldsSchema.optional().parse(description[SETTLES_KEY]) ?? [],
    releases: z.string().optional().parse(description[RELEASES_KEY]),
  };
}

/** The operation that makes a hold. */
export interface Maker {
  readonly operationId: string;
  readonly provider: string;
  readonly application: string | undefined;
  readonly executionId: string | null;
  readonly stageId: string | null;
  readonly user: string;
}

/** Which server group. */
export interface GroupPlace {
  readonly account: string;
  readonly region: string;
  readonly serverGroup: string;
}

/** The server group that a description names. */
export function groupOf(account: string, description: JsonObject): GroupPlace {
  return {
    account,
    region: z.string().catch('').parse(description['region']),
    serverGroup: z.string().catch('').parse(description['serverGroupName']),
  };
}

/** Records that a description is going to hold something. One that its execution holds already keeps its first undo. */
export async function beginHold(
  client: Queryable,
  maker: Maker,
  index: number,
  at: GroupPlace,
  wish: HoldWish,
): Promise<void> {
  await client.query(
    `insert into clouddriver.holds(id, operation_id, description, provider, account, region, server_group, application,
       name, reason, execution_id, stage_id, "user")
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`,
    [
      ulid(),
      maker.operationId,
      index,
      maker.provider,
      at.account,
      at.region,
      at.serverGroup,
      maker.application ?? null,
      wish.name,
      wish.reason,
      maker.executionId,
      maker.stageId,
      maker.user,
    ],
  );
}

/** What a description made is held from now on, and this takes it back. */
export async function keepHold(client: Queryable, operationId: string, index: number, undo: Undo): Promise<void> {
  await client.query('update clouddriver.holds set undo = $3::jsonb where operation_id = $1 and description = $2', [
    operationId,
    index,
    JSON.stringify(undo),
  ]);
}

/** A description came to nothing: there is nothing to hold. */
export async function dropHold(client: Queryable, operationId: string, index: number): Promise<void> {
  await client.query('delete from clouddriver.holds where operation_id = $1 and description = $2 and undo is null', [
    operationId,
    index,
  ]);
}

/** How a hold came to its end. */
export type Outcome = 'released' | 'settled' | 'gone';

/** Ends a hold by its id. */
export async function endHold(client: Queryable, id: string, outcome: Outcome): Promise<void> {
  await client.query(
    'update clouddriver.holds set ended_at = now(), outcome = $2, problem = null where id = $1 and ended_at is null',
    [id, outcome],
  );
}

/** Ends holds of a server group; `names`: absent, all; `executionId`: absent, whoever made them. */
export async function endHoldsOf(
  client: Queryable,
  at: GroupPlace,
  which: { readonly names?: readonly string[]; readonly executionId?: string | null },
  outcome: Outcome,
): Promise<void> {
  await client.query(
    `update clouddriver.holds set ended_at = now(), outcome = $4, problem = null
     where account = $1 and region = $2 and server_group = $3 and ended_at is null
       and ($5::text[] is null or name = any($5)) and ($6::boolean or execution_id is not distinct from $7)`,
    [
      at.account,
      at.region,
      at.serverGroup,
      outcome,
      which.names ?? null,
      which.executionId === undefined,
      which.executionId ?? null,
    ],
  );
}

const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  provider: z.string(),
  account: z.string(),
  region: z.string(),
  server_group: z.string(),
  operation_id: z.string(),
  execution_id: z.string().nullable(),
  stage_id: z.string().nullable(),
  user: z.string(),
  since: z.date(),
  undo: undoSchema.nullable(),
  tries: z.number(),
  release_operation: z.string().nullable(),
  problem: z.string().nullable(),
});
export type HoldRow = z.infer<typeof rowSchema>;

/** Which holds are read; absent: any. */
export interface HoldFilter {
  readonly id?: string | undefined;
  readonly application?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly serverGroup?: string | undefined;
  readonly executionId?: string | undefined;
  readonly names?: readonly string[] | undefined;
}

/** Open holds, the newest first. */
export async function openHolds(client: Queryable, filter: HoldFilter = {}): Promise<HoldRow[]> {
  const { rows } = await client.query(
    `select id, name, reason, provider, account, region, server_group, operation_id, execution_id, stage_id, "user", since,
       undo, tries, release_operation, problem
     from clouddriver.holds
     where ended_at is null and ($1::text is null or id = $1) and ($2::text is null or application = $2)
       and ($3::text is null or account = $3) and ($4::text is null or region = $4)
       and ($5::text is null or server_group = $5) and ($6::text is null or execution_id = $6)
       and ($7::text[] is null or name = any($7))
     order by since desc, id desc`,
    [
      filter.id ?? null,
      filter.application ?? null,
      filter.account ?? null,
      filter.region ?? null,
      filter.serverGroup ?? null,
      filter.executionId ?? null,
      filter.names ?? null,
    ],
  );
  return rows.map((row) => rowSchema.parse(row));
}

/** The application of an open hold; null for an unknown id. */
export async function applicationOfHold(client: Queryable, id: string): Promise<string | null> {
  const { rows } = await client.query<{ application: string | null }>(
    'select application from clouddriver.holds where id = $1 and ended_at is null',
    [id],
  );
  return rows[0]?.application ?? null;
}

/** A hold as it is shown. */
export function holdView(row: HoldRow): Hold {
  return {
    id: row.id,
    name: row.name,
    reason: row.reason,
    account: row.account,
    region: row.region,
    serverGroup: row.server_group,
    operationId: row.operation_id,
    ...(row.execution_id === null ? {} : { executionId: row.execution_id }),
    ...(row.stage_id === null ? {} : { stageId: row.stage_id }),
    user: row.user,
    since: row.since.getTime(),
    undo: (row.undo ?? []).map(sentenceOf),
    state: row.undo === null ? 'making' : row.release_operation !== null && row.problem === null ? 'releasing' : 'held',
    ...(row.problem === null ? {} : { problem: row.problem }),
  };
}
