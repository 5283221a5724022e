import { notFound } from '@gennaker/contracts/error';
import type { Task } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';

/** One task. @throws ServiceError 404 */
export async function getTask(client: Queryable, id: string): Promise<Task> {
  const { rows } = await client.query<{ body: Task }>('select body from front50.tasks where id = $1', [id]);
  if (!rows[0]) throw notFound(`There is no task "${id}"`, { field: 'id', fix: 'use the ref that the start answered' });
  return rows[0].body;
}

/** Forgets a task. @throws ServiceError 404 */
export async function deleteTask(client: Queryable, id: string): Promise<void> {
  await getTask(client, id);
  await client.query('delete from front50.tasks where id = $1', [id]);
}

/** An application's tasks, newest first. */
export async function listTasks(client: Queryable, application: string, limit: number): Promise<Task[]> {
  const { rows } = await client.query<{ body: Task }>(
    'select body from front50.tasks where application = $1 order by created_at desc, id desc limit $2',
    [application.toLowerCase(), limit],
  );
  return rows.map((row) => row.body);
}
