import { type AccountAudit, type AccountDefinition, accountDefinitionSchema } from '@gennaker/contracts/cloud-accounts';
import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';

/** Channel of PostgreSQL's LISTEN on which every change of the added accounts is told. */
export const ACCOUNTS_CHANNEL = 'clouddriver_accounts';

/** An added account as it is kept. Times in epoch ms. */
export interface AddedAccount {
  readonly definition: AccountDefinition;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

const rowSchema = z.object({ definition: accountDefinitionSchema, updated_at: z.date(), updated_by: z.string() });

/** Every added account, by name. One that is not understood any more, as after a return to an older version, is left out. */
export async function readAdded(client: Queryable): Promise<AddedAccount[]> {
  const { rows } = await client.query(
    'select definition, updated_at, updated_by from clouddriver.accounts order by name',
  );
  return rows.flatMap((row) => {
    const parsed = rowSchema.safeParse(row);
    return parsed.success
      ? [
          {
            definition: parsed.data.definition,
            updatedAt: parsed.data.updated_at.getTime(),
            updatedBy: parsed.data.updated_by,
          },
        ]
      : [];
  });
}

/** Writes a definition. Answers false when there is one of this name already (`add`), or none (`change`). */
export async function writeAdded(
  client: Queryable,
  how: 'add' | 'change',
  definition: AccountDefinition,
  user: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    how === 'add'
      ? `insert into clouddriver.accounts(name, definition, updated_by) values ($1, $2::jsonb, $3) on conflict do nothing`
      : `update clouddriver.accounts set definition = $2::jsonb, updated_by = $3, updated_at = now() where name = $1`,
    [definition.name, JSON.stringify(definition), user],
  );
  return rowCount === 1;
}

/** Removes a definition; answers whether there was one. */
export async function removeAdded(client: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from clouddriver.accounts where name = $1', [name]);
  return rowCount === 1;
}

/** Adds a line to the history, and tells every process to read the accounts again when this commits. */
export async function recordChange(client: Queryable, entry: Omit<AccountAudit, 'at'>): Promise<void> {
  await client.query(
    `insert into clouddriver.account_audit("user", action, account, changes) values ($1, $2, $3, $4::jsonb)`,
    [entry.user, entry.action, entry.account, JSON.stringify(entry.changes)],
  );
  await client.query('select pg_notify($1, $2)', [ACCOUNTS_CHANNEL, entry.account]);
}

const auditSchema = z.object({
  at: z.date(),
  user: z.string(),
  action: z.enum(['added', 'changed', 'removed']),
  account: z.string(),
  changes: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
});

/** What was done to accounts, newest first. */
export async function readAudit(
  client: Queryable,
  account: string | undefined,
  limit: number,
): Promise<AccountAudit[]> {
  const { rows } = await client.query(
    `select at, "user", action, account, changes from clouddriver.account_audit
     where $1::text is null or account = $1 order by id desc limit $2`,
    [account ?? null, limit],
  );
  return rows.map((row) => {
    const parsed = auditSchema.parse(row);
    return { ...parsed, at: parsed.at.getTime() };
  });
}
