import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Queryable } from '@gennaker/store/database';
import { holdView, openHolds } from '../holds/records.ts';
import { readPredecessors } from './predecessors.ts';

/** Adds to server groups what only we know of them: what holds them, and what each replaced. */
export async function withRecords(client: Queryable, groups: readonly ServerGroup[]): Promise<ServerGroup[]> {
  const accounts = [...new Set(groups.map(({ account }) => account))];
  const holds = groups.length > 0 ? await openHolds(client, accounts.length === 1 ? { account: accounts[0] } : {}) : [];
  const predecessors = new Map(
    await Promise.all(
      accounts.map(async (account) => {
        const names = groups.filter((group) => group.account === account).map(({ name }) => name);
        return [account, await readPredecessors(client, account, names)] as const;
      }),
    ),
  );
  return groups.map((group) => {
    const own = holds.filter(
      (hold) => hold.account === group.account && hold.region === group.region && hold.server_group === group.name,
    );
    const previous = predecessors.get(group.account)?.get(`${group.region}/${group.name}`);
    return {
      ...group,
      ...(own.length > 0 ? { holds: own.map(holdView) } : {}),
      ...(previous ? { previousServerGroup: previous } : {}),
    };
  });
}
