import type { Queryable } from '@gennaker/store/database';
import type { Front50 } from '../front50.ts';
import { PIPELINE_COLUMNS, type PipelineKind, type PipelineRow } from './pipeline-row.ts';

/**
 * Deletes a pipeline or strategy by name, ignoring case and outer blanks; its versions stay, and one more says who
 * deleted it. An unknown name is no error.
 */
export async function deletePipeline(
  front50: Front50,
  client: Queryable,
  which: { readonly kind: PipelineKind; readonly application: string; readonly name: string },
  user: string,
): Promise<void> {
  await remove(
    front50,
    client,
    'kind = $1 and application = $2 and name_key = $3',
    [which.kind, which.application.trim().toLowerCase(), which.name.trim().toLowerCase()],
    user,
  );
}

/** Deletes all pipelines and strategies of an application. */
export async function deletePipelinesOf(
  front50: Front50,
  client: Queryable,
  application: string,
  user: string,
): Promise<void> {
  await remove(front50, client, 'application = $1', [application], user);
}

async function remove(
  front50: Front50,
  client: Queryable,
  where: string,
  values: readonly unknown[],
  user: string,
): Promise<void> {
  const { rows } = await client.query<PipelineRow & { application: string; name: string }>(
    `delete from front50.pipelines where ${where} returning ${PIPELINE_COLUMNS}, application, name`,
    [...values],
  );
  for (const row of rows)
    await addVersion(client, row, {
      deleted: true,
      version: row.version + 1,
      updatedAt: Math.max(front50.clock.now(), Number(row.updated_at) + 1),
      user,
    });
}

/** Adds a version of a pipeline to its history. */
export async function addVersion(
  client: Queryable,
  row: PipelineRow & { readonly application: string; readonly name: string },
  at: { readonly deleted: boolean; readonly version: number; readonly updatedAt: number; readonly user: string },
): Promise<void> {
  await client.query(
    `insert into front50.pipeline_versions
       (pipeline_id, kind, application, name, body, warnings, cron_ids, version, updated_at, updated_by, deleted)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11)`,
    [
      row.id,
      row.kind,
      row.application,
      row.name,
      row.body,
      JSON.stringify(row.warnings),
      JSON.stringify(row.cron_ids),
      at.version,
      at.updatedAt,
      at.user,
      at.deleted,
    ],
  );
}
