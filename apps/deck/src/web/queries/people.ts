import { ServiceError } from '@gennaker/contracts/error';
import { answerError } from '@gennaker/client/client';
import type { RawAnswer } from '@gennaker/contracts/route';
import type { UserView } from '@gennaker/contracts/people';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Who uses this page. */
export function useMe() {
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }): Promise<UserView> => gate.user({}, { signal }),
    retry: (count, error) => count < 2 && error instanceof ServiceError && error.status === 503,
  });
}

/** Throws the ServiceError of an answer that comes as it is (with its cookie) when it is no success. */
function accepted(what: string, { status, headers, body }: RawAnswer): void {
  if (status >= 400)
    throw answerError(
      { method: 'POST', url: what },
      { status, headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) },
    );
}

/** Logs in; everything is read again as that person. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: { username: string; password: string }) => accepted('log in', await gate.login({ body })),
    onSuccess: () => client.resetQueries(),
  });
}

/** Ends the session. */
export function useLogout() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => accepted('log out', await gate.logout({})),
    onSuccess: () => client.clear(),
  });
}

/** Changes one's own password; all other sessions end. */
export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current: string; next: string }) => gate.changePassword({ body }),
  });
}

/** Local users, by name. */
export function useUsers(enabled: boolean) {
  return useQuery({
    queryKey: keys.users,
    queryFn: ({ signal }) => gate.listUsers({}, { signal }),
    select: (users) => users.toSorted((a, b) => a.name.localeCompare(b.name)),
    enabled,
  });
}

/** What an administrator does with a user. */
export type UserChange =
  | { readonly deed: 'add'; readonly body: NewUser }
  | { readonly deed: 'change'; readonly name: string; readonly body: UserPatch }
  | { readonly deed: 'remove'; readonly name: string };
type NewUser = Parameters<typeof gate.createUser>[0]['body'];
type UserPatch = Parameters<typeof gate.updateUser>[0]['body'];

/** Adds, changes or removes a user. */
export function useChangeUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: UserChange): Promise<void> => {
      if (change.deed === 'add') await gate.createUser({ body: change.body });
      else if (change.deed === 'change') await gate.updateUser({ params: { name: change.name }, body: change.body });
      else await gate.deleteUser({ params: { name: change.name } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}

/** One's API tokens. */
export function useTokens() {
  return useQuery({
    queryKey: keys.tokens,
    queryFn: ({ signal }) => gate.listApiTokens({}, { signal }),
    select: (tokens) => tokens.toSorted((a, b) => b.createdAt - a.createdAt),
  });
}

/** Makes a token; the answer is the only one that shows it. */
export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Parameters<typeof gate.createApiToken>[0]['body']) => gate.createApiToken({ body }),
    // The token itself is shown once and kept nowhere.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}

/** Revokes a token at once. */
export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => gate.deleteApiToken({ params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}
