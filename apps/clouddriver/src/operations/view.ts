import type { Operation } from '@gennaker/contracts/clouddriver';
import { notFound } from '@gennaker/contracts/error';
import { reasonSchema } from '@gennaker/contracts/execution';
import type { Database } from '@gennaker/store/database';
import { z } from 'zod';
import { stepText } from './run-description.ts';

const rowSchema = z.object({
  id: z.string(),
  key: z.string(),
  status: z.string(),
  reason: reasonSchema.nullable(),
  results: z.array(z.record(z.string(), z.unknown())),
  owner: z.string().nullable(),
  leftovers: z.array(z.object({ step: z.string(), message: z.string() })),
  created_at: z.date(),
  ended_at: z.date().nullable(),
});

/** An operation as `GET /task/{id}` shows it. @throws ServiceError 404 */
export async function operationView(db: Database, id: string): Promise<Operation> {
  const { rows } = await db.pool.query(
    'select id, key, status, reason, results, owner, leftovers, created_at, ended_at from clouddriver.operations where id = $1',
    [id],
  );
  if (!rows[0])
    throw notFound(`There is no operation ${id}`, { field: 'id', fix: 'use the id that the submit answered' });
  const row = rowSchema.parse(rows[0]);
  const lines = await db.pool.query<{ phase: string; status: string; at: Date }>(
    'select phase, status, at from clouddriver.progress where operation_id = $1 order by sequence',
    [id],
  );
  const history = lines.rows.map((line) => ({ phase: line.phase, status: line.status, at: line.at.getTime() }));
  const last = history.at(-1) ?? { phase: 'QUEUED', status: 'Accepted; it is run next' };
  const failed = row.status === 'FAILED';
  return {
    id: row.id,
    requestId: row.key,
    ...(row.owner ? { ownerId: row.owner } : {}),
    status: {
      phase: last.phase,
      status: last.status,
      complete: row.ended_at !== null,
      completed: row.ended_at !== null,
      failed,
      retryable: failed,
    },
    history,
    resultObjects: row.results,
    ...(row.leftovers.length > 0
      ? { leftovers: row.leftovers.map(({ step, message }) => ({ step: stepText(step), message })) }
      : {}),
    ...(row.reason ? { reason: row.reason } : {}),
    startTimeMs: row.created_at.getTime(),
    ...(row.ended_at ? { endTimeMs: row.ended_at.getTime() } : {}),
  };
}

const submittedSchema = z.object({
  user: z.string(),
  descriptions: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
});

/** What was submitted under an id, and by whom; undefined when nothing was. */
export async function submittedOperation(
  db: Database,
  id: string,
): Promise<z.output<typeof submittedSchema> | undefined> {
  const { rows } = await db.pool.query('select "user", descriptions from clouddriver.operations where id = $1', [id]);
  return rows[0] && submittedSchema.parse(rows[0]);
}

/** Everything that was submitted for an execution. */
export async function submittedBy(
  db: Database,
  executionId: string,
): Promise<z.output<typeof submittedSchema>['descriptions']> {
  const { rows } = await db.pool.query(
    'select "user", descriptions from clouddriver.operations where execution_id = $1',
    [executionId],
  );
  return rows.flatMap((row) => submittedSchema.parse(row).descriptions);
}
