import type { AccountDefinition, AccountView, StoredAccount } from '@gennaker/contracts/cloud-accounts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Accounts change rarely: they are read again after this long, in ms. */
const FRESH_MS = 30_000;
/** An account that was added just now is seen soon: looks until then, ms. */
const SOON_MS = 2_000;

/** It can be used and was not looked at yet. */
export function isUnseen({ problem, inventory }: AccountView): boolean {
  return problem === undefined && inventory?.lastSeen === undefined && inventory?.failingSince === undefined;
}

/** Every account with its capabilities and how its inventory is kept, by name. */
export function useAccountList() {
  return useQuery({
    queryKey: keys.choices('accounts'),
    queryFn: ({ signal }) => gate.listAccounts({ query: { expand: 'true' } }, { signal }),
    staleTime: FRESH_MS,
    refetchInterval: ({ state }) => (state.data?.some(isUnseen) ? SOON_MS : FRESH_MS),
  });
}

/** Whether the cloud of an account can do something; until that is known, it cannot. */
export type Can = (account: string, capability: string) => boolean;

/** What the clouds of the accounts can do. */
export function useCan(): Can {
  const accounts = useAccountList();
  return (account, capability) =>
    accounts.data?.find(({ name }) => name === account)?.capabilities?.includes(capability) === true;
}

/** Why it is not known what the clouds can do, and that it is tried again; undefined when it is known. */
export function useAccountsProblem(): string | undefined {
  const { data, error } = useAccountList();
  return data === undefined && error !== null
    ? `What the accounts' clouds can do could not be read, so that not everything is offered (${error.message}). It is read again by itself.`
    : undefined;
}

/** The definitions of a cloud's accounts, as administrators see them. */
export function useAccountDefinitions(type: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.accountDefinitions(type),
    queryFn: ({ signal }) => allDefinitions(type, signal),
    enabled,
  });
}

/** What was done to accounts, newest first, as of now. */
export function useAccountHistory() {
  return useQuery({
    queryKey: keys.accountHistory,
    queryFn: ({ signal }) => gate.accountHistory({ query: {} }, { signal }),
    staleTime: 0,
  });
}

/** As many definitions are read at once. */
const PAGE = 1000;

async function allDefinitions(type: string, signal: AbortSignal): Promise<StoredAccount[]> {
  const all = new Map<string, StoredAccount>();
  let from: string | undefined;
  for (;;) {
    const query = { limit: PAGE, ...(from === undefined ? {} : { startingAccountName: from }) };
    const page = await gate.listAccountDefinitions({ params: { type }, query }, { signal });
    // A page begins with what the one before ended with.
    for (const each of page) all.set(accountKey(each), each);
    if (page.length < PAGE) return [...all.values()];
    from = page.at(-1)?.name;
  }
}

/** What tells an account from the others: gennaker.yml may name one that was added as well. */
export function accountKey({ source, name }: Pick<AccountView, 'source' | 'name'>): string {
  return `${source ?? ''} ${name}`;
}

/** What an administrator does with an account. */
export type AccountChange =
  | { readonly deed: 'add'; readonly definition: AccountDefinition }
  | { readonly deed: 'update'; readonly definition: AccountDefinition }
  | { readonly deed: 'remove'; readonly name: string }
  | { readonly deed: 'refresh'; readonly name: string };

/** Adds, replaces or removes an account, or has everything of it looked at now. */
export function useChangeAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: AccountChange): Promise<void> => {
      if (change.deed === 'add') await gate.addAccount({ body: change.definition });
      else if (change.deed === 'update') await gate.updateAccount({ body: change.definition });
      else if (change.deed === 'remove') await gate.removeAccount({ params: { account: change.name } });
      else await gate.refreshAccount({ params: { account: change.name } });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.choices('accounts') });
      await client.invalidateQueries({ queryKey: keys.accountDefinitions() });
    },
  });
}

/** Tries what works of an account, by its name or by a definition that is not added yet; changes nothing. */
export function useVerifyAccount() {
  return useMutation({
    mutationFn: (of: { readonly name: string } | { readonly definition: AccountDefinition }) =>
      'definition' in of
        ? gate.verifyDefinition({ body: of.definition })
        : gate.verifyAccount({ params: { account: of.name } }),
  });
}
