import type { Queryable } from '@gennaker/store/database';
import { deleteDocument } from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';
import { deletePipelinesOf } from '../pipelines/delete-pipeline.ts';
import { leaveProjects } from '../projects/projects.ts';
import { addApplicationVersion } from './application-history.ts';

/**
 * Deletes an application with its pipelines, strategies and notifications, and takes it out of projects; a project
 * without applications goes too. Everything can be restored. An unknown name is no error.
 */
export async function deleteApplication(
  front50: Front50,
  client: Queryable,
  name: string,
  user: string,
): Promise<void> {
  const id = name.trim().toLowerCase();
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['front50.applications', id]);
  await deletePipelinesOf(front50, client, id, user);
  const by = { user, now: front50.clock.now() };
  await deleteDocument(client, 'notifications', id, by);
  await leaveProjects(client, id, by);
  const { rows } = await client.query<{ attributes: Record<string, unknown> }>(
    'delete from front50.applications where id = $1 returning attributes',
    [id],
  );
  const [row] = rows;
  if (row)
    await addApplicationVersion(client, id, { attributes: row.attributes, at: new Date(by.now), user, deleted: true });
}
