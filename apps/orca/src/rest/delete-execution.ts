import { ServiceError } from '@gennaker/contracts/error';
import { type Database, inTransaction } from '@gennaker/store/database';
import { deleteRows } from '../retention.ts';

/** Removes an execution that has ended, with its history. @throws ServiceError 404, 409 while it runs */
export async function deleteExecution(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ complete: boolean; status: string }>(
      'select complete, status from orca.executions where id = $1 for update',
      [id],
    );
    const row = rows[0];
    if (!row) throw new ServiceError(404, `There is no execution ${id}`, { fix: 'check the id' });
    if (!row.complete)
      throw new ServiceError(409, `The execution ${id} is ${row.status}: only what has ended can be removed`, {
        field: 'id',
        fix: 'cancel it first',
      });
    await deleteRows(client, [id]);
  });
}
