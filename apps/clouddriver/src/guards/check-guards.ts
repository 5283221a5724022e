import type { Reason } from '@gennaker/contracts/execution';
import { parseName } from '@gennaker/contracts/moniker';
import { guardsOf } from '@gennaker/contracts/traffic-guards';
import type { CapacityLoss } from '@gennaker/extension-sdk/capacity-loss';
import { operationNamed } from '@gennaker/extension-sdk/cloud';
import { judgeGuard } from '@gennaker/extension-sdk/traffic-guard';
import type { Database } from '@gennaker/store/database';
import type { Accounts } from '../accounts.ts';
import type { Accepted } from '../operations/submit.ts';
import { type ClusterAt, clusterOfInstance, liveCluster } from './live-cluster.ts';
import type { ReadGuards } from './read-guards.ts';

/** What guards are checked with. */
export interface GuardParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly readGuards: ReadGuards;
}

/** Losses of one cluster. */
interface ClusterLosses extends ClusterAt {
  readonly losses: CapacityLoss[];
}

/**
 * Why a traffic guard refuses the first of these descriptions, judged by what the cloud shows now; null when none does.
 * Those right behind it that take away capacity as well are judged with it, so that nothing is begun that would be
 * refused half-way.
 * @throws GuardsUnknown while front50 is away
 */
export async function refusalOf(parts: GuardParts, accepted: readonly Accepted[]): Promise<Reason | null> {
  const [first] = accepted;
  if (!first || lossesOf(parts.accounts, first).length === 0) return null;
  const concerned = new Set((await clustersOf(parts, [first])).map(keyOf));
  const together = accepted.slice(0, firstWithout(parts.accounts, accepted));
  for (const at of await clustersOf(parts, together)) {
    if (!concerned.has(keyOf(at))) continue;
    const reason = await refusalIn(parts, first.operation, at);
    if (reason) return reason;
  }
  return null;
}

function firstWithout(accounts: Accounts, accepted: readonly Accepted[]): number {
  const index = accepted.findIndex((entry) => lossesOf(accounts, entry).length === 0);
  return index === -1 ? accepted.length : index;
}

function lossesOf(accounts: Accounts, { account, operation, description }: Accepted): readonly CapacityLoss[] {
  const definition = operationNamed(accounts.get(account).cloud, operation)?.definition;
  return definition?.takesAway?.(description as never) ?? [];
}

async function refusalIn(parts: GuardParts, operation: string, at: ClusterLosses): Promise<Reason | null> {
  const moniker = parseName(at.cluster);
  if (!moniker) return null;
  const guards = guardsOf(await parts.readGuards(moniker.app), { ...at, moniker });
  if (guards.length === 0) return null;
  const named = at.losses.flatMap((loss) => (loss.kind === 'instances' ? [] : [loss.serverGroupName]));
  const groups = await liveCluster(parts.db, parts.accounts, at, named);
  for (const guard of guards) {
    const reason = judgeGuard(guard, { ...at, operation, groups });
    if (reason) return reason;
  }
  return null;
}

/** The losses by cluster. */
async function clustersOf({ db, accounts }: GuardParts, accepted: readonly Accepted[]): Promise<ClusterLosses[]> {
  const found = new Map<string, ClusterLosses>();
  const add = (account: string, cluster: string | undefined, loss: CapacityLoss): void => {
    if (cluster === undefined) return;
    const at = { account, region: loss.region, cluster };
    const known = found.get(keyOf(at)) ?? { ...at, losses: [] };
    found.set(keyOf(at), known);
    known.losses.push(loss);
  };
  for (const entry of accepted) {
    const { account } = entry;
    for (const loss of lossesOf(accounts, entry))
      if (loss.kind !== 'instances') add(account, parseName(loss.serverGroupName)?.cluster, loss);
      else
        for (const id of loss.instanceIds)
          add(account, await clusterOfInstance(db.pool, { account, region: loss.region, id }), {
            ...loss,
            instanceIds: [id],
          });
  }
  return [...found.values()];
}

const keyOf = ({ account, region, cluster }: ClusterAt): string => `${account}/${region}/${cluster}`;
