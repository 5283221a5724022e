import type { Identity, LocalUser } from '@gennaker/contracts/people';

/** The service accounts that somebody may let triggers run as: those with no right that the caller lacks. */
export function usableServiceAccounts(identity: Identity, users: readonly LocalUser[]): string[] {
  return users
    .filter(({ serviceAccount, enabled }) => serviceAccount && enabled)
    .filter(({ roles, admin }) => identity.admin || (!admin && roles.every((role) => identity.roles.includes(role))))
    .map(({ name }) => name);
}
