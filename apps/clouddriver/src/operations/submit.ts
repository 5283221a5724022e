import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import { type AnyOperation, type ClusterRef, operationNamed, operationsOf } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { type Database, inTransaction } from '@gennaker/store/database';
import { ulid } from 'ulid';
import { z } from 'zod';
import type { Accounts } from '../accounts.ts';
import { beginHold, groupOf, type HoldPart, holdPart } from '../holds/records.ts';
import { withReleases } from '../holds/release.ts';
import { checkLock } from '../locks.ts';

/** Claim of a cluster lock that a description carries: that of the stage which submits it. */
export const clusterLockSchema = z.object({ holder: z.string(), epoch: z.number().int() });
export type ClusterLockClaim = z.infer<typeof clusterLockSchema>;

/** One accepted description: parsed, its operation looked up. */
export interface Accepted {
  readonly operation: string;
  readonly account: string;
  readonly description: JsonObject;
  readonly cluster: ClusterRef | null;
  readonly lock: ClusterLockClaim | null;
  readonly hold: HoldPart;
}

/** What is submitted, by whom, and who is woken when it ends. */
export interface Submission {
  readonly provider: string;
  readonly key: string | undefined;
  readonly descriptions: readonly Readonly<Record<string, JsonObject>>[];
  readonly user: string;
  readonly traceparent: string;
  readonly executionId: string | undefined;
  readonly stageId: string | undefined;
}

/** A lock that an accepted operation uses is kept at least this long from then on, ms. */
const LOCK_TTL_MS = 60_000;

/**
 * Accepts operations: all are checked before any is written, and the same key answers the same operation. What they are
 * to hold is recorded with them.
 * @throws ServiceError 400 with every problem, 409 when a carried cluster lock is not the current one
 */
export async function submit(
  db: Database,
  accounts: Accounts,
  submission: Submission,
): Promise<{ id: string; fresh: boolean }> {
  if (submission.key !== undefined) {
    const known = await byKey(db, submission.key);
    if (known) return { id: known, fresh: false };
  }
  // With a key it is an answer: whatever is sent with that key later does nothing.
  if (submission.descriptions.length === 0 && submission.key === undefined)
    throw badRequest('No operation was given', { field: 'body', fix: 'send [{"<operation>": {...}}]' });
  const descriptions = await withReleases(db.pool, submission.descriptions, submission.executionId);
  const accepted = accept(accounts, submission.provider, descriptions);
  for (const { account, cluster, lock } of accepted) {
    if (!cluster || !lock) continue;
    const wrong = await checkLock(db.pool, { account, ...cluster }, lock, LOCK_TTL_MS);
    if (wrong)
      throw new ServiceError(409, `Refused: ${wrong}`, {
        field: 'clusterLock',
        fix: 'take the lock again, then submit with its new epoch',
      });
  }
  const id = ulid();
  const key = submission.key ?? `unkeyed:${id}`;
  const first = accepted[0];
  const application = applicationOf(first?.description ?? {});
  const fresh = await inTransaction(db, async (client) => {
    const { rowCount } = await client.query(
      `insert into clouddriver.operations(id, key, provider, account, application, descriptions, "user", execution_id, stage_id, trace)
       values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10) on conflict (key) do nothing`,
      [
        id,
        key,
        submission.provider,
        first?.account ?? '',
        application ?? null,
        JSON.stringify(descriptions),
        submission.user,
        submission.executionId ?? null,
        submission.stageId ?? null,
        submission.traceparent,
      ],
    );
    if (rowCount !== 1) return false;
    const maker = {
      operationId: id,
      provider: submission.provider,
      application,
      executionId: submission.executionId ?? null,
      stageId: submission.stageId ?? null,
      user: submission.user,
    };
    for (const [index, { account, description, hold }] of accepted.entries())
      if (hold.wish) await beginHold(client, maker, index, groupOf(account, description), hold.wish);
    return true;
  });
  if (fresh) return { id, fresh };
  const known = await byKey(db, key);
  if (!known) throw new Error(`The operation of key ${key} vanished while it was read; send it again.`);
  return { id: known, fresh: false };
}

async function byKey(db: Database, key: string): Promise<string | undefined> {
  const { rows } = await db.pool.query<{ id: string }>('select id from clouddriver.operations where key = $1', [key]);
  return rows[0]?.id;
}

/** Parses descriptions. @throws ServiceError 400 with every problem found */
export function accept(
  accounts: Accounts,
  provider: string,
  descriptions: readonly Readonly<Record<string, JsonObject>>[],
): Accepted[] {
  const errors: string[] = [];
  const accepted: Accepted[] = [];
  for (const [index, entry] of descriptions.entries()) {
    const found = acceptOne(accounts, provider, entry);
    if (Array.isArray(found)) errors.push(...found.map((problem) => `[${index}] ${problem}`));
    else accepted.push(found);
  }
  if (errors.length > 0)
    throw badRequest(errors.join('; '), {
      field: 'body',
      fix: 'correct the named fields; nothing was started',
      errors,
    });
  return accepted;
}

function acceptOne(
  accounts: Accounts,
  provider: string,
  entry: Readonly<Record<string, JsonObject>>,
): Accepted | string[] {
  const [named, ...more] = Object.entries(entry);
  if (!named || more.length > 0) return ['each element must hold one operation: {"<operation>": {...}}'];
  const [asked, raw] = named;
  const account = z.object({ credentials: z.string() }).safeParse(raw).data?.credentials ?? raw['account'];
  if (typeof account !== 'string') return [`${asked}.credentials must name an account`];
  const open = accounts.all.find((candidate) => candidate.account.name === account);
  if (!open)
    return [
      `${asked}.credentials: there is no account ${account}; use one of ${accounts.all.map((a) => a.account.name).join(', ')}`,
    ];
  if (open.account.provider !== provider)
    return [`${asked}.credentials: account ${account} is of ${open.account.provider}, not of ${provider}`];
  const known = operationNamed(open.cloud, asked);
  if (!known)
    return [
      `${provider} has no operation ${asked}; it has ${Object.keys(operationsOf(open.cloud)).toSorted().join(', ')}`,
    ];
  const { name: operation, definition } = known;
  const parsed = definition.schema.safeParse({ credentials: account, ...raw });
  if (!parsed.success)
    return parsed.error.issues.map((issue) => `${[operation, ...issue.path].join('.')}: ${issue.message}`);
  const description = parsed.data as JsonObject;
  const region = description['region'];
  const problems = [...(definition.problems?.(description as never) ?? [])].map(
    (problem) => `${operation}: ${problem}`,
  );
  const cluster = definition.cluster(description as never);
  // Clusters are in regions; load balancers and firewalls may be outside of them.
  const outside = region === 'global' && cluster === null;
  if (typeof region === 'string' && !outside && !open.account.regions.includes(region))
    problems.push(
      `${operation}.region: account ${account} has no region ${region}; use one of ${open.account.regions.join(', ')}`,
    );
  const lock = clusterLockSchema.optional().safeParse(description['clusterLock']);
  if (!lock.success) problems.push(`${operation}.clusterLock must be {holder, epoch}`);
  const hold = holdOf(operation, description, definition);
  if (Array.isArray(hold)) problems.push(...hold);
  if (problems.length > 0 || Array.isArray(hold)) return problems;
  return {
    operation,
    account,
    description,
    cluster,
    lock: lock.data ?? null,
    hold,
  };
}

/** What a description says of holds, or what is wrong with it. */
function holdOf(operation: string, description: JsonObject, definition: AnyOperation): HoldPart | string[] {
  try {
    const part = holdPart(description);
    if (part.wish && (!definition.inverse || typeof description['serverGroupName'] !== 'string'))
      return [`${operation}.hold: only a change of a server group that can be taken back can be held`];
    return part;
  } catch (error) {
    if (error instanceof z.ZodError)
      return error.issues.map(({ path, message }) => `${[operation, 'hold', ...path].join('.')}: ${message}`);
    throw error;
  }
}

/** The application that a description is of. */
export function applicationOf(description: JsonObject): string | undefined {
  const { application, serverGroupName } = description;
  if (typeof application === 'string') return application;
  return typeof serverGroupName === 'string' ? parseName(serverGroupName)?.app : undefined;
}
