import type { Handlers } from '@gennaker/contracts/route';
import type { scmRoutes } from '@gennaker/contracts/scm';
import { reachRepository, type SourceHostParts, unable } from './source-hosts.ts';
import { tagCommit } from './tag-commit.ts';

/** Handlers of source hosts. */
export function scmHandlers(parts: SourceHostParts): Handlers<typeof scmRoutes> {
  return {
    listScmAccounts: () => parts.accounts.map(({ name, type, address, hosts }) => ({ name, type, address, hosts })),
    tagCommit: ({ body }) => tagCommit(parts, body),
    setCommitStatus: async ({ body }) => {
      const reached = reachRepository(parts, body);
      const { account, repository, host } = reached;
      if (!host.setStatus) throw unable(reached, 'statuses of commits');
      const { hash, state, context, description, url } = body;
      await host.setStatus({ repository, hash, state, context, description, url });
      return { account: account.name, repository, hash, state };
    },
    compareCommits: async ({ query }) => {
      const reached = reachRepository(parts, query);
      if (!reached.host.compare) throw unable(reached, 'comparisons');
      return reached.host.compare(reached.repository, query.from, query.to);
    },
  };
}
