import type { AccountView, cloudAccountRoutes } from '@gennaker/contracts/cloud-accounts';
import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { Handlers } from '@gennaker/contracts/route';
import type { SecretSources } from '@gennaker/service/secret';
import {
  type AccountParts,
  addAccount,
  checkDefinition,
  removeAccount,
  storedAccounts,
  updateAccount,
} from './accounts/manage.ts';
import { readAudit } from './accounts/stored.ts';
import { verifyAccount } from './accounts/verify.ts';
import { fullViews, shortViews } from './accounts/view.ts';
import type { Inventory } from './inventory/watcher.ts';

const DEFAULT_LIMIT = 200;

/** Handlers of accounts. */
export function accountHandlers(
  parts: AccountParts & { readonly inventory: Inventory; readonly credentials: SecretSources },
): Handlers<typeof cloudAccountRoutes> {
  const { db, accounts, inventory, credentials } = parts;
  const viewOf = async (name: string): Promise<AccountView> => {
    const views = await fullViews(db, accounts);
    const found = views.find((view) => view.name === name);
    if (found) return found;
    throw notFound(`There is no account "${name}"`, {
      field: 'account',
      fix: `use one of ${views.map((view) => view.name).join(', ')}`,
    });
  };
  return {
    listAccounts: async ({ query }) => (query.expand === 'true' ? fullViews(db, accounts) : shortViews(accounts)),
    getAccount: ({ params }) => viewOf(params.account),
    listAccountDefinitions: async ({ params, query }) =>
      (await storedAccounts(parts))
        .filter(({ type, name }) => type === params.type && name >= (query.startingAccountName ?? ''))
        .slice(0, query.limit ?? DEFAULT_LIMIT),
    addAccount: ({ body, user }) => addAccount(parts, body, user),
    updateAccount: ({ body, user }) => updateAccount(parts, body, user),
    removeAccount: ({ params, user }) => removeAccount(parts, params.account, user),
    verifyAccount: ({ params }) => verifyAccount(accounts.get(params.account), credentials),
    verifyDefinition: async ({ body }) => {
      await checkDefinition(parts, body);
      const open = accounts.openApart(body);
      try {
        return await verifyAccount(open, credentials);
      } finally {
        await open.cloud.close();
      }
    },
    refreshAccount: async ({ params }) => {
      accounts.get(params.account);
      await inventory.refreshAccount(params.account).catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        throw new ServiceError(502, `Account ${params.account} could not be read: ${words}`, {
          field: 'account',
          fix: 'verify the account to see what is missing; what was seen before is kept, and shown as stale',
        });
      });
      return viewOf(params.account);
    },
    accountHistory: ({ query }) => readAudit(db.pool, query.account, query.limit ?? DEFAULT_LIMIT),
  };
}
