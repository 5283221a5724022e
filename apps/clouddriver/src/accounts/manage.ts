import type { AccountDefinition, StoredAccount } from '@gennaker/contracts/cloud-accounts';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import { checkEgress } from '@gennaker/service/egress';
import { type Database, inTransaction } from '@gennaker/store/database';
import type { Accounts } from '../accounts.ts';
import { forgetAccount } from '../inventory/store.ts';
import { readAdded, recordChange, removeAdded, writeAdded } from './stored.ts';
import type { AddedAccounts } from './sync.ts';

/** What changes of accounts need. */
export interface AccountParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly added: AddedAccounts;
  /** `egress.allow` of the configuration. */
  readonly allow: readonly string[];
}

/** Names that are words in the paths of accounts. */
const RESERVED: ReadonlySet<string> = new Set(['history', 'type', 'verify']);

/**
 * Says what is wrong with a definition, before anything is kept.
 * @throws ServiceError 400, 403 and 502 with the field
 */
export async function checkDefinition(parts: AccountParts, definition: AccountDefinition): Promise<void> {
  const { accounts } = parts;
  if (RESERVED.has(definition.name))
    throw badRequest(`An account cannot be named "${definition.name}", which is a word of the API`, {
      field: 'name',
      fix: 'choose another name',
    });
  const secret = Object.keys(definition).find((key) =>
    /^(json|key|privateKey|private_key|password|token|secret)$/i.test(key),
  );
  if (secret !== undefined)
    throw badRequest(`"${secret}" would keep a secret; credentials are given by reference`, {
      field: secret,
      fix: 'put the key into the credentials folder or into a variable, and name that in "credentials"',
    });
  if (definition.endpoint === undefined) return;
  const { origin, protocol } = new URL(definition.endpoint);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw badRequest(`${protocol} endpoints are not called`, { field: 'endpoint', fix: 'use http or https' });
  // What gennaker.yml names may be used by further accounts, e.g. other projects of the local cloud.
  const configured = accounts.all.some(
    ({ account, source }) =>
      source === 'configuration' && account.endpoint !== undefined && new URL(account.endpoint).origin === origin,
  );
  if (configured) return;
  try {
    await checkEgress(definition.endpoint, parts.allow);
  } catch (error) {
    if (error instanceof ServiceError)
      throw new ServiceError(error.status, error.message, { ...error.details, field: 'endpoint' }, { cause: error });
    throw error;
  }
}

/** Adds an account, for every process. @throws ServiceError 400, 403, 409, 502 */
export async function addAccount(
  parts: AccountParts,
  definition: AccountDefinition,
  user: string,
): Promise<StoredAccount> {
  await checkDefinition(parts, definition);
  if (isConfigured(parts, definition.name)) throw taken(definition.name, 'gennaker.yml has one');
  await opens(parts, definition);
  await inTransaction(parts.db, async (client) => {
    if (!(await writeAdded(client, 'add', definition, user))) throw taken(definition.name, 'one was added already');
    const changes = Object.entries(definition).map(([field, after]) => ({ field, after }));
    await recordChange(client, { user, action: 'added', account: definition.name, changes });
  });
  await parts.added.reload();
  return storedView(parts, definition.name);
}

const taken = (name: string, why: string): ServiceError =>
  new ServiceError(409, `There is an account ${name} already: ${why}`, {
    field: 'name',
    fix: 'choose another name, or change that account',
  });

/** Replaces an added account's definition, for every process. @throws ServiceError 400, 403, 404, 409, 502 */
export async function updateAccount(
  parts: AccountParts,
  definition: AccountDefinition,
  user: string,
): Promise<StoredAccount> {
  await checkDefinition(parts, definition);
  if (isConfigured(parts, definition.name)) throw ofConfiguration(definition.name);
  await opens(parts, definition);
  await inTransaction(parts.db, async (client) => {
    const before = (await readAdded(client)).find((one) => one.definition.name === definition.name)?.definition;
    if (!before || !(await writeAdded(client, 'change', definition, user)))
      throw unknownAccount(parts, definition.name);
    if (before.type !== definition.type || before.project !== definition.project) {
      await refuseBusy(client, definition.name);
      // What was seen is another project's.
      await forgetAccount(client, definition.name);
    }
    const changes = differences(before, definition);
    await recordChange(client, { user, action: 'changed', account: definition.name, changes });
  });
  await parts.added.reload();
  return storedView(parts, definition.name);
}

/**
 * Forgets an added account and what was seen of it, for every process. Where gennaker.yml names one too, which is used
 * in its place, that one stays as it is. @throws ServiceError 404, 409
 */
export async function removeAccount(parts: AccountParts, name: string, user: string): Promise<void> {
  const configured = isConfigured(parts, name);
  await inTransaction(parts.db, async (client) => {
    if (!(await removeAdded(client, name))) throw configured ? ofConfiguration(name) : unknownAccount(parts, name);
    if (!configured) await refuseBusy(client, name);
    await recordChange(client, { user, action: 'removed', account: name, changes: [] });
    if (!configured) await forgetAccount(client, name);
  });
  await parts.added.reload();
}

async function refuseBusy(client: Parameters<typeof forgetAccount>[0], name: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    'select id from clouddriver.operations where account = $1 and ended_at is null order by id limit 5',
    [name],
  );
  if (rows.length > 0)
    throw new ServiceError(
      409,
      `Account ${name} is being used by ${rows.map(({ id }) => `operation ${id}`).join(', ')}`,
      {
        field: 'account',
        fix: 'wait until they have ended, then try again',
      },
    );
}

const isConfigured = (parts: AccountParts, name: string): boolean =>
  parts.accounts.all.some(({ account, source }) => account.name === name && source === 'configuration');

const ofConfiguration = (name: string): ServiceError =>
  new ServiceError(409, `Account ${name} is of gennaker.yml, which alone changes it`, {
    field: 'account',
    fix: 'change gennaker.yml and restart, or add another account',
  });

const unknownAccount = (parts: AccountParts, name: string): ServiceError => {
  const names = parts.accounts.all.filter(({ source }) => source === 'added').map(({ account }) => account.name);
  return notFound(`No account ${name} was added`, {
    field: 'account',
    fix: names.length > 0 ? `use one of ${names.join(', ')}` : 'add it first',
  });
};

/** A definition that no cloud takes is refused before it is kept. */
async function opens(parts: AccountParts, definition: AccountDefinition): Promise<void> {
  const { cloud } = parts.accounts.openApart(definition);
  await cloud.close();
}

function differences(before: AccountDefinition, after: AccountDefinition) {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) =>
    JSON.stringify(old.get(field)) === JSON.stringify(now.get(field))
      ? []
      : [
          {
            field,
            ...(old.has(field) ? { before: old.get(field) } : {}),
            ...(now.has(field) ? { after: now.get(field) } : {}),
          },
        ],
  );
}

/** An account's definition as administrators see it. @throws ServiceError 404 */
async function storedView(parts: AccountParts, name: string): Promise<StoredAccount> {
  const all = await storedAccounts(parts);
  const found = all.find((account) => account.name === name);
  if (found) return found;
  throw unknownAccount(parts, name);
}

/** All definitions, the configured ones too, in the order of their names' characters, which pages follow. */
export async function storedAccounts(parts: AccountParts): Promise<StoredAccount[]> {
  const configured = parts.accounts.all
    .filter(({ source }) => source === 'configuration')
    .map(({ account: { provider, ...account } }): StoredAccount => ({
      ...account,
      regions: [...account.regions],
      type: provider,
      source: 'configuration',
      readOnly: true,
    }));
  const added = (await readAdded(parts.db.pool)).map(({ definition, updatedAt, updatedBy }): StoredAccount => ({
    ...definition,
    source: 'added',
    readOnly: false,
    updatedAt,
    updatedBy,
  }));
  return [...configured, ...added].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
