import { badRequest, notFound } from '@gennaker/contracts/error';
import { type ScmRepository, scmRepositorySchema } from '@gennaker/contracts/scm';
import type { ScmAccountConfig } from '@gennaker/service/scm-accounts';
import { parseRemote } from './remote.ts';

/** A repository and the account that it is reached with. */
export interface FoundRepository {
  readonly account: ScmAccountConfig;
  readonly repository: string;
}

/**
 * The account and the path of a repository: the account that is named; else the one whose hosts have the remote's; else
 * the only one of the type. Pure.
 * @throws ServiceError 400 or 404 that says what to give
 */
export function findRepository(accounts: readonly ScmAccountConfig[], asked: ScmRepository): FoundRepository {
  const remote = asked.remote === undefined ? undefined : parseRemote(asked.remote);
  if (asked.remote !== undefined && !remote && asked.repository === undefined)
    throw badRequest(`"${asked.remote}" is no address of a repository`, {
      field: 'remote',
      fix: 'give an address that git clones from, or the path of the repository',
    });
  const account = accountFor(accounts, asked, remote?.host);
  const path = asked.repository ?? remote?.path;
  if (path === undefined)
    throw badRequest('No repository is given', {
      field: 'repository',
      fix: 'give its path, such as organisation/name',
    });
  const parsed = scmRepositorySchema.shape.repository.safeParse(path);
  if (!parsed.success || parsed.data === undefined)
    throw badRequest(`"${path}" is no path of a repository`, {
      field: 'remote',
      fix: 'give the path: organisation/name',
    });
  return { account, repository: parsed.data };
}

function accountFor(
  accounts: readonly ScmAccountConfig[],
  { account, source }: ScmRepository,
  host: string | undefined,
): ScmAccountConfig {
  const names = accounts.map(({ name }) => name).join(', ');
  const fix =
    names === ''
      ? 'add an account under scm.accounts in gennaker.yml'
      : `name one of ${names}, or add one in gennaker.yml`;
  if (account !== undefined) {
    const found = accounts.find(({ name }) => name === account);
    if (found) return found;
    throw notFound(`There is no account "${account}" of a source host`, { field: 'account', fix });
  }
  const ofHost = host === undefined ? [] : accounts.filter(({ hosts }) => hosts.includes(host));
  const ofType = accounts.filter(({ type }) => type === source);
  const candidates = host === undefined ? ofType : ofHost.filter(({ type }) => source === undefined || type === source);
  const [only, second] = candidates;
  if (only && !second) return only;
  const what = host === undefined ? `type ${source ?? 'that is not given'}` : `host ${host}`;
  throw badRequest(
    only
      ? `${candidates.length} accounts of source hosts are for ${what}: ${candidates.map(({ name }) => name).join(', ')}`
      : `No account of a source host is for ${what}`,
    { field: 'account', fix: only ? 'name one of them' : fix },
  );
}
