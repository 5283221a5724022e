import type { Queryable } from '@gennaker/store/database';

/** Deletes a pipeline by name, ignoring case and outer blanks; its versions stay. An unknown name is no error. */
export async function deletePipeline(client: Queryable, application: string, name: string): Promise<void> {
  await client.query('delete from front50.pipelines where application = $1 and name_key = $2', [
    application.trim().toLowerCase(),
    name.trim().toLowerCase(),
  ]);
}
