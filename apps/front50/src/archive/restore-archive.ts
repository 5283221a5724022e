import type { Archive, DocumentKind, RestoredArchive } from '@gennaker/contracts/archive';
import { canaryConfigSchema } from '@gennaker/contracts/canary-configs';
import { entityTagsSchema } from '@gennaker/contracts/entity-tags';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { notificationSettingsSchema } from '@gennaker/contracts/notification-settings';
import { permissionsSchema } from '@gennaker/contracts/people';
import { pipelineTemplateSchema } from '@gennaker/contracts/pipeline-templates';
import { projectSchema } from '@gennaker/contracts/projects';
import type { Queryable } from '@gennaker/store/database';
import type { z } from 'zod';
import { upsertApplication } from '../applications/upsert-application.ts';
import { saveDocument } from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';
import type { Separately } from '../pipelines/many-pipelines.ts';
import type { PipelineKind } from '../pipelines/pipeline-row.ts';
import { savePipeline } from '../pipelines/save-pipeline.ts';

type Kept = Archive['pipelines'][number];
type KeptDocument = Archive['documents'][number];

const SCHEMAS: Readonly<Record<DocumentKind, z.ZodType>> = {
  template: pipelineTemplateSchema,
  project: projectSchema,
  notifications: notificationSettingsSchema,
  entityTags: entityTagsSchema,
  canaryConfig: canaryConfigSchema,
};

/** What a document is unique by within its kind, besides its id. */
function nameKeyOf({ kind, id, body }: KeptDocument): string {
  if (kind === 'project') return String(body['name']).trim().toLowerCase();
  return kind === 'template' || kind === 'notifications' ? id.toLowerCase() : id;
}

/**
 * Puts everything of an archive into this system, each thing by itself: templates before the pipelines that use them.
 * What a save would refuse is refused here too, and told.
 */
export async function restoreArchive(
  front50: Front50,
  separately: Separately,
  archive: Archive,
  user: string,
): Promise<RestoredArchive> {
  const refused: RestoredArchive['refused'] = [];
  let restored = 0;
  const attempt = async (what: string, change: (client: Queryable) => Promise<unknown>): Promise<void> => {
    try {
      await separately(change);
      restored += 1;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) throw error;
      const { field, fix } = error.details;
      refused.push({
        what,
        message: error.message,
        ...(field === undefined ? {} : { field }),
        ...(fix === undefined ? {} : { fix }),
      });
    }
  };
  for (const application of archive.applications)
    await attempt(`application ${application.name}`, (client) =>
      restoreApplication(front50, client, application, user),
    );
  for (const document of archive.documents)
    await attempt(`${document.kind} ${document.id}`, (client) => restoreDocument(front50, client, document, user));
  for (const [kind, list] of [
    ['pipeline', archive.pipelines],
    ['strategy', archive.strategies],
  ] as const)
    for (const kept of list)
      await attempt(`${kind} ${kept.id}`, (client) => restorePipeline(front50, client, kind, kept, user));
  return { restored, refused };
}

/** Permissions that cannot be read would let nobody in. */
async function restoreApplication(
  front50: Front50,
  client: Queryable,
  application: Archive['applications'][number],
  user: string,
): Promise<void> {
  if (!permissionsSchema.nullish().safeParse(application['permissions']).success)
    throw badRequest('Permissions are lists of roles under READ, WRITE and EXECUTE', {
      field: 'permissions',
      fix: 'write, for example, {"READ": ["dev"], "WRITE": ["ops"]}',
    });
  await upsertApplication(front50, client, application.name, application, user);
}

async function restoreDocument(
  front50: Front50,
  client: Queryable,
  document: KeptDocument,
  user: string,
): Promise<void> {
  const { kind, id, body } = document;
  const read = SCHEMAS[kind].safeParse(body);
  const issue = read.error?.issues[0];
  if (issue)
    throw badRequest(`It is wrong at ${issue.path.join('.')}: ${issue.message}`, {
      field: ['body', ...issue.path].join('.'),
      fix: 'correct it in the archive',
    });
  await saveDocument(client, { kind, id, nameKey: nameKeyOf(document), body, user, now: front50.clock.now() });
}

/** A pipeline keeps its place, and its schedules their ids, by which they are spread. */
async function restorePipeline(
  front50: Front50,
  client: Queryable,
  kind: PipelineKind,
  { id, text, index, cronIds }: Kept,
  user: string,
): Promise<void> {
  const { pipeline } = await savePipeline(front50, client, new TextEncoder().encode(text), {
    kind,
    staleCheck: false,
    user,
    id,
  });
  const ids = JSON.stringify(cronIds);
  await client.query('update front50.pipelines set position = $2, cron_ids = $3::jsonb where id = $1', [
    id,
    index ?? null,
    ids,
  ]);
  await client.query(
    'update front50.pipeline_versions set cron_ids = $3::jsonb where pipeline_id = $1 and updated_at = $2',
    [id, pipeline.updateTs, ids],
  );
}
