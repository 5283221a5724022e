import { notFound, ServiceError } from '@gennaker/contracts/error';
import { type Database, inTransaction } from '@gennaker/store/database';
import { z } from 'zod';

const rowSchema = z.object({
  status: z.string(),
  ended: z.boolean(),
  leftovers: z.array(z.object({ step: z.string() })),
  /** Descriptions that are done, and all that is done and cannot be undone: each of those descriptions is one of it. */
  done: z.number().int(),
  stays: z.number().int(),
});

/**
 * Begins a failed operation again. Where everything was undone the description that failed starts afresh; where something
 * is left, or stays as nothing can undo it, it goes on from there, and makes again what was undone.
 * @throws ServiceError 404, or 409 when it has not failed
 */
export async function retryOperation(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (client) => {
    const { leftovers, done, stays } = await failedOperation(client, id, 'begun again');
    if (leftovers.length === 0 && stays <= done)
      // What comes before the description that failed is done, and is not done twice.
      await client.query(
        `delete from clouddriver.steps s where operation_id = $1 and not exists (
           select 1 from clouddriver.steps r
           where r.operation_id = $1 and r.name = split_part(s.name, '.', 1) || '.result' and r.state = 'done')`,
        [id],
      );
    else {
      await client.query(
        `delete from clouddriver.steps where operation_id = $1
           and (state = 'undone' or (jsonb_typeof(result) = 'object' and result->>'failure' is not null))`,
        [id],
      );
      // What is left may be there, in part or not at all: the step finds out when it is run again.
      await client.query(
        `update clouddriver.steps set state = 'started', result = null where operation_id = $1 and name = any($2)`,
        [id, leftovers.map(({ step }) => step)],
      );
    }
    await reopen(client, id, 'QUEUED');
  });
}

/**
 * Goes on undoing a failed operation where that failed too.
 * @throws ServiceError 404, or 409 when it has not failed or nothing is left
 */
export async function undoOperation(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (client) => {
    const { leftovers } = await failedOperation(client, id, 'undone');
    if (leftovers.length === 0)
      throw new ServiceError(409, `Operation ${id} left nothing behind`, {
        field: 'id',
        fix: 'everything that it had made was taken back already; retry begins it again',
      });
    await reopen(client, id, 'UNDOING');
  });
}

type Client = Parameters<Parameters<typeof inTransaction>[1]>[0];

async function failedOperation(client: Client, id: string, what: string) {
  const { rows } = await client.query(
    `select status, ended_at is not null as ended, leftovers,
       coalesce(jsonb_array_length(reason->'evidence'->'stays'), 0) as stays,
       (select count(*)::int from clouddriver.steps
         where operation_id = $1 and state = 'done' and name ~ '^[0-9]+[.]result$') as done
     from clouddriver.operations where id = $1 for update`,
    [id],
  );
  if (!rows[0])
    throw notFound(`There is no operation ${id}`, { field: 'id', fix: 'use the id that the submit answered' });
  const row = rowSchema.parse(rows[0]);
  if (!row.ended || row.status !== 'FAILED')
    throw new ServiceError(
      409,
      `Operation ${id} cannot be ${what}: it ${row.ended ? 'succeeded' : 'is still under way'}`,
      {
        field: 'id',
        fix: row.ended ? 'submit a new operation for another change' : 'wait until it has ended',
      },
    );
  return row;
}

async function reopen(client: Client, id: string, status: 'QUEUED' | 'UNDOING'): Promise<void> {
  await client.query(
    `update clouddriver.operations set status = $2, attempt = attempt + 1, ended_at = null, lease_until = null,
       results = '[]'::jsonb, leftovers = '[]'::jsonb, reason = case $2 when 'QUEUED' then null else reason - 'next' end
     where id = $1`,
    [id, status],
  );
}
