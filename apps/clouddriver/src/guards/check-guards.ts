import type { Reason } from '@gennaker/contracts/execution';
import { guardedOperation, refusalOf as refusalAmong } from '@gennaker/extension-sdk/guard-check';
import { servingGroup } from '@gennaker/extension-sdk/traffic-guard';
import type { Database } from '@gennaker/store/database';
import type { Accounts } from '../accounts.ts';
import type { Accepted } from '../operations/submit.ts';
import { clusterOfInstance, liveCluster } from './live-cluster.ts';
import type { ReadGuards } from './read-guards.ts';

/** What guards are checked with. */
export interface GuardParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly readGuards: ReadGuards;
}

/**
 * Why a traffic guard refuses the first of these descriptions, judged by what the cloud shows now; null when none does.
 * Those right behind it that take away capacity as well are judged with it.
 * @throws GuardsUnknown while front50 is away
 */
export function refusalOf(
  { db, accounts, readGuards }: GuardParts,
  accepted: readonly Accepted[],
): Promise<Reason | null> {
  return refusalAmong(
    {
      readGuards,
      servingGroups: async (at, named) => {
        const { platformHealth } = accounts.get(at.account).definition;
        return (await liveCluster(db, accounts, at, named)).map(({ observed, record }) =>
          servingGroup(observed.view, record?.percentage, platformHealth),
        );
      },
      clusterOfInstance: (at) => clusterOfInstance(db.pool, at),
    },
    accepted.map((entry) => guardedOperation(accounts.get(entry.account).cloud, entry)),
  );
}
