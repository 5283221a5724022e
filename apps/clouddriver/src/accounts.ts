import { clouds } from '@gennaker/clouds/server';
import type { AccountDefinition } from '@gennaker/contracts/cloud-accounts';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { Cloud, CloudAccount, CloudDefinition, CloudEnvironment } from '@gennaker/extension-sdk/cloud';

/** An account's definition as clouds take it. */
export function cloudAccount({ type, ...rest }: AccountDefinition): CloudAccount {
  return { ...rest, provider: type };
}

/** An account with its cloud. */
export interface OpenAccount {
  readonly account: CloudAccount;
  readonly definition: CloudDefinition;
  readonly cloud: Cloud;
  /** `configuration`: gennaker.yml names it, and nothing else changes it. */
  readonly source: 'configuration' | 'added';
}

/** The accounts by name: those of gennaker.yml, and those that were added since. */
export interface Accounts {
  readonly all: readonly OpenAccount[];
  /** Added accounts that cannot be opened, with the reason. */
  readonly broken: ReadonlyMap<string, string>;
  known(name: string): boolean;
  /** @throws ServiceError 404 naming the accounts that exist */
  get(name: string): OpenAccount;
  /** Makes the added accounts those that are given: new ones are opened, changed ones anew, the rest let go of. */
  setAdded(added: readonly CloudAccount[]): void;
  /** Opens a definition that is no account (yet); whoever asks closes it. @throws ServiceError 400 */
  openApart(definition: AccountDefinition): OpenAccount;
  /** Calls back after each change; answers how to stop that. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** What still uses the connections of an account that was changed or removed has this long to end, ms. */
const LINGER_MS = 10 * 60_000;

/** Opens the configured accounts; touches no network. @throws Error naming an account whose provider is unknown, or a name used twice */
export function openAccounts(configured: readonly CloudAccount[], environment: CloudEnvironment): Accounts {
  const open = (account: CloudAccount, source: OpenAccount['source']): OpenAccount => {
    const definition = clouds[account.provider];
    if (!definition)
      throw new Error(
        `Account ${account.name} names provider ${account.provider}, which is none of ${Object.keys(clouds).join(', ')}; correct ${source === 'added' ? 'it' : 'gennaker.yml'}.`,
      );
    return { account, definition, cloud: definition.open(account, environment), source };
  };
  const fixed = new Map<string, OpenAccount>();
  for (const account of configured) {
    if (fixed.has(account.name))
      throw new Error(`Two accounts are named ${account.name}; give each its own name in gennaker.yml.`);
    fixed.set(account.name, open(account, 'configuration'));
  }
  let added = new Map<string, { readonly text: string; readonly account: OpenAccount }>();
  let broken = new Map<string, string>();
  let all = [...fixed.values()];
  const listeners = new Set<() => void>();
  const lingering = new Set<NodeJS.Timeout>();
  const leaving = new Set<Cloud>();

  const letGo = (cloud: Cloud): void => {
    leaving.add(cloud);
    const timer = setTimeout(() => {
      lingering.delete(timer);
      leaving.delete(cloud);
      void cloud.close().catch(() => {});
    }, LINGER_MS);
    timer.unref();
    lingering.add(timer);
  };
  const find = (name: string): OpenAccount | undefined => fixed.get(name) ?? added.get(name)?.account;

  return {
    get all() {
      return all;
    },
    get broken() {
      return broken;
    },
    known: (name) => find(name) !== undefined || broken.has(name),
    get(name) {
      const found = find(name);
      if (found) return found;
      const problem = broken.get(name);
      if (problem !== undefined)
        throw notFound(`Account ${name} cannot be used: ${problem}`, {
          field: 'account',
          fix: 'correct the account, then try again',
        });
      throw notFound(`There is no account ${name}`, {
        field: 'account',
        fix: `use one of ${all.map(({ account }) => account.name).join(', ') || '(there is none: add one)'}`,
      });
    },
    setAdded(accounts) {
      const before = added;
      const next = new Map<string, { readonly text: string; readonly account: OpenAccount }>();
      const problems = new Map<string, string>();
      for (const account of accounts) {
        const text = JSON.stringify(account);
        const known = before.get(account.name);
        if (fixed.has(account.name))
          problems.set(account.name, `gennaker.yml names an account ${account.name} too, and that one is used`);
        else if (known?.text === text) next.set(account.name, known);
        else
          try {
            next.set(account.name, { text, account: open(account, 'added') });
          } catch (error) {
            problems.set(account.name, error instanceof Error ? error.message : String(error));
          }
      }
      added = next;
      broken = problems;
      all = [...fixed.values(), ...[...next.values()].map(({ account }) => account)];
      for (const [name, { account }] of before) if (next.get(name)?.account !== account) letGo(account.cloud);
      for (const listener of listeners) listener();
    },
    openApart(definition) {
      try {
        return open(cloudAccount(definition), 'added');
      } catch (error) {
        throw badRequest(error instanceof Error ? error.message : String(error), {
          field: 'type',
          fix: `use one of ${Object.keys(clouds).join(', ')}`,
        });
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      for (const timer of lingering) clearTimeout(timer);
      await Promise.all([...all.map(({ cloud }) => cloud), ...leaving].map((cloud) => cloud.close()));
    },
  };
}
