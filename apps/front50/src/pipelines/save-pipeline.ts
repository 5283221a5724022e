import { randomUUID } from 'node:crypto';
import { badRequest } from '@gennaker/contracts/error';
import type { Pipeline, SaveWarning } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';
import { findApplication } from '../applications/read-applications.ts';
import type { Front50 } from '../front50.ts';
import { checkPipeline } from '@gennaker/documents/check-pipeline';
import { readJsonObject } from '@gennaker/documents/json-text';
import { changesBetween, conflictsOf } from '../history/changes.ts';
import { cronIds } from './cron-ids.ts';
import { isTemplated, planned } from '../templates/template-references.ts';
import { addVersion } from './delete-pipeline.ts';
import { PIPELINE_COLUMNS, type PipelineKind, type PipelineRow, pipelineView } from './pipeline-row.ts';

/** How a pipeline is saved. */
export interface SaveOptions {
  readonly kind: PipelineKind;
  /** Refuse when the stored version is not the one that was edited (`updateTs`). */
  readonly staleCheck: boolean;
  readonly user: string;
  /** Id from the address; a body with another one is refused. */
  readonly id?: string;
}

/**
 * Saves a pipeline's exact text as a new version, inside the caller's transaction.
 * @throws ServiceError 400 naming field and fix: no JSON, a graph or name that cannot run, a name that is taken, a newer
 * stored version (with `stale: {updateTs, lastModifiedBy, version, theirs, yours, conflicts}`: both sides' changes)
 */
export async function savePipeline(
  front50: Front50,
  client: Queryable,
  bytes: Uint8Array,
  options: SaveOptions,
): Promise<{ pipeline: Pipeline; warnings: SaveWarning[] }> {
  const { text, document } = readJsonObject(bytes);
  const { pipeline, warnings } = checkPipeline(document, await front50.known());
  if (isTemplated(pipeline)) await planned(client, pipeline);
  const application = pipeline.application.trim().toLowerCase();
  const name = pipeline.name.trim();
  const id = pipelineId(pipeline.id, options.id);
  if (!(await findApplication(client, application)))
    warnings.push({
      message: `There is no application "${application}" yet`,
      field: 'application',
      fix: 'create the application, so that the pipeline shows in it',
    });

  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['front50.pipelines', id]);
  const { rows } = await client.query<PipelineRow & { position: number | null }>(
    `select ${PIPELINE_COLUMNS}, position from front50.pipelines where id = $1`,
    [id],
  );
  const stored = rows[0];
  const last = stored ?? (await lastVersion(client, id));
  if (stored && stored.kind !== options.kind)
    throw badRequest(`The id "${id}" belongs to a ${stored.kind}, and this is saved as a ${options.kind}`, {
      field: 'id',
      fix: 'leave the id out, so that it gets one of its own',
    });
  if (options.staleCheck) await refuseStale(client, id, pipeline, stored, last);
  await refuseTakenName(client, application, name, id, options.kind);

  const row: PipelineRow = {
    id,
    kind: options.kind,
    body: text,
    warnings,
    cron_ids: cronIds(pipeline, !pipeline.id?.trim() && options.id === undefined, stored?.cron_ids ?? []),
    version: (last?.version ?? 0) + 1,
    // Two saves in one millisecond are two versions.
    updated_at: String(Math.max(front50.clock.now(), Number(last?.updated_at ?? 0) + 1)),
    updated_by: options.user,
  };
  const index = typeof pipeline['index'] === 'number' ? Math.trunc(pipeline['index']) : (stored?.position ?? null);
  await client.query(
    `insert into front50.pipelines
       (id, kind, application, name, body, warnings, cron_ids, version, updated_at, updated_by, name_key, disabled,
        trigger_types, position)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11, $12, $13, $14)
     on conflict (id) do update set application = excluded.application, name = excluded.name, body = excluded.body,
       warnings = excluded.warnings, cron_ids = excluded.cron_ids, version = excluded.version,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by, name_key = excluded.name_key,
       disabled = excluded.disabled, trigger_types = excluded.trigger_types, position = excluded.position`,
    [
      ...[id, row.kind, application, name, text, JSON.stringify(warnings), JSON.stringify(row.cron_ids), row.version],
      ...[row.updated_at, row.updated_by, name.toLowerCase(), pipeline.disabled === true],
      [...new Set((pipeline.triggers ?? []).map((trigger) => trigger.type))],
      index,
    ],
  );
  await addVersion(
    client,
    { ...row, application, name },
    { deleted: false, version: row.version, updatedAt: Number(row.updated_at), user: options.user },
  );
  return { pipeline: pipelineView(row), warnings };
}

function pipelineId(given: string | undefined, addressed: string | undefined): string {
  const own = given?.trim() ? given : undefined;
  if (addressed !== undefined && own !== undefined && own !== addressed)
    throw badRequest(`The body has the id "${own}", the address "${addressed}"`, {
      field: 'id',
      fix: 'use the same id in both',
    });
  return addressed ?? own ?? randomUUID();
}

async function lastVersion(
  client: Queryable,
  id: string,
): Promise<Pick<PipelineRow, 'version' | 'updated_at' | 'updated_by'> | undefined> {
  const { rows } = await client.query<PipelineRow>(
    `select version, updated_at, updated_by from front50.pipeline_versions
     where pipeline_id = $1 order by version desc limit 1`,
    [id],
  );
  return rows[0];
}

async function refuseStale(
  client: Queryable,
  id: string,
  pipeline: Pipeline,
  stored: PipelineRow | undefined,
  last: Pick<PipelineRow, 'version' | 'updated_at' | 'updated_by'> | undefined,
): Promise<void> {
  if (pipeline.updateTs === undefined || !last) return;
  if (stored && stored.updated_at === pipeline.updateTs) return;
  const when = new Date(Number(last.updated_at)).toISOString();
  const base = await versionAt(client, id, pipeline.updateTs);
  const theirs = base && stored ? changesBetween(JSON.parse(base), JSON.parse(stored.body)) : [];
  const yours = base ? changesBetween(JSON.parse(base), pipeline) : [];
  throw badRequest(
    stored
      ? `The submitted pipeline is stale. submitted updateTs ${pipeline.updateTs} does not match stored updateTs ${stored.updated_at}: "${pipeline.name}" was saved by ${last.updated_by} at ${when}, after the version that was edited`
      : `The submitted pipeline is stale: "${pipeline.name}" has been deleted since; its last version was saved by ${last.updated_by} at ${when}`,
    {
      field: 'updateTs',
      fix: 'load the current version and make the change again, or save without staleCheck to overwrite it',
      submittedUpdateTs: pipeline.updateTs,
      stale: {
        updateTs: last.updated_at,
        lastModifiedBy: last.updated_by,
        version: last.version,
        deleted: !stored,
        theirs,
        yours,
        conflicts: conflictsOf(theirs, yours),
      },
    },
  );
}

/** The text of the version that was saved at a time, where there is one. */
async function versionAt(client: Queryable, id: string, updatedAt: string): Promise<string | undefined> {
  if (!/^\d{1,18}$/.test(updatedAt)) return undefined;
  const { rows } = await client.query<{ body: string }>(
    'select body from front50.pipeline_versions where pipeline_id = $1 and updated_at = $2 and not deleted',
    [id, updatedAt],
  );
  return rows[0]?.body;
}

async function refuseTakenName(
  client: Queryable,
  application: string,
  name: string,
  id: string,
  kind: PipelineKind,
): Promise<void> {
  const key = name.toLowerCase();
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
    'front50.names',
    `${kind}/${application}/${key}`,
  ]);
  const { rows } = await client.query<{ id: string }>(
    'select id from front50.pipelines where application = $1 and name_key = $2 and id <> $3 and kind = $4',
    [application, key, id, kind],
  );
  if (rows[0])
    throw badRequest(`A ${kind} with name ${name} already exists in application ${application}`, {
      field: 'name',
      fix: `choose another name, or send "id": "${rows[0].id}" to replace it`,
      existingId: rows[0].id,
    });
}
