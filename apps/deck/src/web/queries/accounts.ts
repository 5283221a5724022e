import type { AccountDefinition, AccountView } from '@gennaker/contracts/cloud-accounts';
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
    queryFn: ({ signal }) => gate.listAccountDefinitions({ params: { type } }, { signal }),
    enabled,
  });
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
