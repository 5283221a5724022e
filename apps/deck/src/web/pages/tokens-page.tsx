import { Button, Skeleton } from '@mantine/core';
import type { ApiToken } from '@gennaker/contracts/people';
import { HookIcon, PlusIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel, Note } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { useState } from 'react';
import { TokenDialog } from '../people/token-dialog.tsx';
import { useMe, useRevokeToken, useTokens } from '../queries/people.ts';
import { PageHead } from '../shell/page-head.tsx';

/** One's API tokens: made with a scope and an end, shown once, revoked at once. */
export function TokensPage() {
  const me = useMe().data;
  const tokens = useTokens();
  const revoke = useRevokeToken();
  const [making, setMaking] = useState(false);
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <PageHead title="API tokens">
        {me?.canMintApiTokens ? (
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setMaking(true)}>
            Make a token
          </Button>
        ) : null}
      </PageHead>
      {me?.authentication === false ? (
        <Note look="system" title="Nobody has to log in, so no program needs a token" />
      ) : null}
      {revoke.isError ? <ErrorPanel title="The token was not revoked" error={revoke.error} /> : null}
      {tokens.isPending ? (
        <Skeleton height={140} radius="lg" role="status" aria-label="Reading the tokens" />
      ) : tokens.isError ? (
        <ErrorPanel title="The tokens could not be read" error={tokens.error} />
      ) : tokens.data.length === 0 ? (
        <EmptyState icon={HookIcon} title="No token yet">
          Programs that call the API on your behalf, such as a build, prove it with a token.
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table">
            <TableHead actions columns={['Name', 'For', 'May', 'Ends', 'Last used']} />
            <tbody>
              {tokens.data.map((token) => (
                <tr key={token.id}>
                  <td className="app-name">{token.name}</td>
                  <td>{token.principalId}</td>
                  <td className="gk-muted">{scopeInWords(token)}</td>
                  <td>{new Date(token.expiresAt).toLocaleDateString()}</td>
                  <td className="gk-muted">
                    {token.lastUsedAt === undefined ? 'Never' : <Ago at={token.lastUsedAt} />}
                  </td>
                  <td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`Revoke ${token.name}`}
                      loading={revoke.isPending && revoke.variables === token.id}
                      onClick={() => revoke.mutate(token.id)}
                    >
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making ? <TokenDialog longest={me?.maxUserTokenLifetimeDays ?? 90} onClose={() => setMaking(false)} /> : null}
    </main>
  );
}

function scopeInWords({ scope }: ApiToken): string {
  const what = scope?.authorizations?.map((each) => each.toLowerCase()).join(', ') ?? 'everything its owner may';
  return scope?.applications ? `${what} in ${scope.applications.join(', ')}` : what;
}
