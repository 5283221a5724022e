import { clouds } from '@gennaker/clouds/server';
import { notFound } from '@gennaker/contracts/error';
import type { Cloud, CloudAccount, CloudDefinition, CloudEnvironment } from '@gennaker/extension-sdk/cloud';

/** A configured account with its cloud. */
export interface OpenAccount {
  readonly account: CloudAccount;
  readonly definition: CloudDefinition;
  readonly cloud: Cloud;
}

/** The configured accounts by name. */
export interface Accounts {
  readonly all: readonly OpenAccount[];
  /** @throws ServiceError 404 naming the accounts that exist */
  get(name: string): OpenAccount;
  close(): Promise<void>;
}

/** Opens the configured accounts; touches no network. @throws Error naming an account whose provider is unknown, or a name used twice */
export function openAccounts(configured: readonly CloudAccount[], environment: CloudEnvironment): Accounts {
  const byName = new Map<string, OpenAccount>();
  for (const account of configured) {
    const definition = clouds[account.provider];
    if (!definition)
      throw new Error(
        `Account ${account.name} names provider ${account.provider}, which is none of ${Object.keys(clouds).join(', ')}; correct gennaker.yml.`,
      );
    if (byName.has(account.name))
      throw new Error(`Two accounts are named ${account.name}; give each its own name in gennaker.yml.`);
    byName.set(account.name, { account, definition, cloud: definition.open(account, environment) });
  }
  return {
    all: [...byName.values()],
    get(name) {
      const found = byName.get(name);
      if (!found)
        throw notFound(`There is no account ${name}`, {
          field: 'account',
          fix: `use one of ${[...byName.keys()].join(', ') || '(none is configured: add accounts to gennaker.yml)'}`,
        });
      return found;
    },
    close: async () => {
      await Promise.all([...byName.values()].map(({ cloud }) => cloud.close()));
    },
  };
}
