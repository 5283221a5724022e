import type { Queryable } from '@gennaker/store/database';

/** Deletes an application and its pipelines; the pipelines' versions stay. An unknown name is no error. */
export async function deleteApplication(client: Queryable, name: string): Promise<void> {
  const id = name.trim().toLowerCase();
  await client.query('delete from front50.pipelines where application = $1', [id]);
  await client.query('delete from front50.applications where id = $1', [id]);
}
