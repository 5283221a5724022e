import { badRequest } from '@gennaker/contracts/error';
import type { ScmRepository } from '@gennaker/contracts/scm';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { ScmAccountConfig } from '@gennaker/service/scm-accounts';
import { readSecret, type SecretSources } from '@gennaker/service/secret';
import { bitbucketHost } from './bitbucket.ts';
import { findRepository } from './find-account.ts';
import { gitRemoteHost } from './git-remote.ts';
import { GITHUB_HEADERS, githubHost } from './github.ts';
import { gitlabHost } from './gitlab.ts';
import { hostCalls } from './host-calls.ts';
import type { SourceHost } from './source-host.ts';
import { stashHost } from './stash.ts';

/** What source hosts are reached with. */
export interface SourceHostParts {
  readonly accounts: readonly ScmAccountConfig[];
  /** HTTP through the egress guard. */
  readonly http: Ports['http'];
  /** The egress guard alone. @throws ServiceError for an address that is not called */
  readonly checkEgress: (url: string) => Promise<void>;
  readonly secrets: SecretSources;
}

/** A repository with what its host can do. */
export interface ReachedRepository {
  readonly account: ScmAccountConfig;
  readonly repository: string;
  readonly host: SourceHost;
}

/** The repository that is asked for. @throws ServiceError 400 or 404 that says what to give */
export function reachRepository(parts: SourceHostParts, asked: ScmRepository): ReachedRepository {
  const found = findRepository(parts.accounts, asked);
  return { ...found, host: hostOf(parts, found.account) };
}

function hostOf(parts: SourceHostParts, account: ScmAccountConfig): SourceHost {
  const secret = async (): Promise<string | undefined> => {
    const { credentials } = account;
    if (!credentials) return undefined;
    const text = await readSecret(parts.secrets, credentials, `Account ${account.name}`, 'igor').catch(
      (error: unknown) => {
        throw badRequest(error instanceof Error ? error.message : String(error), { field: 'account' });
      },
    );
    return text.trim();
  };
  const { http } = parts;
  switch (account.type) {
    case 'github':
      return githubHost(hostCalls({ account, http, secret, headers: GITHUB_HEADERS }));
    case 'gitlab':
      return gitlabHost(hostCalls({ account, http, secret }));
    case 'bitbucket':
      return bitbucketHost(hostCalls({ account, http, secret }));
    case 'stash':
      return stashHost(hostCalls({ account, http, secret }));
    case 'git':
      return gitRemoteHost({ account, secret, path: parts.secrets.variable('PATH'), check: parts.checkEgress });
  }
}

/** Says what a host cannot do. */
export function unable({ account }: ReachedRepository, what: string): Error {
  return badRequest(`"${account.name}" is of type ${account.type}, which has no ${what}`, {
    field: 'account',
    fix: 'use an account of a host that has them',
  });
}
