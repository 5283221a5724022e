import { notFound } from '@gennaker/contracts/error';
import type { Application } from '@gennaker/contracts/front50';
import type { Database, Queryable } from '@gennaker/store/database';
import { readRows } from '@gennaker/store/read-rows';

interface ApplicationRow {
  id: string;
  attributes: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
  updated_by: string;
}

/** The row as the API shows it: flat, the name in lower case, times as epoch milliseconds in text. */
function applicationView(row: ApplicationRow): Application {
  return {
    ...row.attributes,
    name: row.id,
    createTs: String(row.created_at.getTime()),
    updateTs: String(row.updated_at.getTime()),
    lastModifiedBy: row.updated_by,
  };
}

const COLUMNS = 'id, attributes, created_at, updated_at, updated_by';

/** All applications by name; of an account (in their comma-separated `accounts`), of an owner (their e-mail). */
export async function* listApplications(
  db: Pick<Database, 'pool'>,
  filter: { readonly account?: string | undefined; readonly owner?: string | undefined } = {},
): AsyncGenerator<Application> {
  const rows = readRows<ApplicationRow>(
    db,
    `select ${COLUMNS} from front50.applications
     where ($1::text is null or lower(attributes->>'email') = lower($1))
       and ($2::text is null or $2 = any(regexp_split_to_array(attributes->>'accounts', '\\s*,\\s*')))
     order by id`,
    [filter.owner ?? null, filter.account ?? null],
  );
  for await (const row of rows) yield applicationView(row);
}

/** An application by its name in any case, or undefined. */
export async function findApplication(client: Queryable, name: string): Promise<Application | undefined> {
  const { rows } = await client.query<ApplicationRow>(`select ${COLUMNS} from front50.applications where id = $1`, [
    name.toLowerCase(),
  ]);
  return rows[0] && applicationView(rows[0]);
}

/** An application by its name in any case. @throws ServiceError 404 */
export async function getApplication(client: Queryable, name: string): Promise<Application> {
  const found = await findApplication(client, name);
  if (!found) throw notFound(`There is no application "${name}"`, { field: 'application', fix: 'create it first' });
  return found;
}
