import type { Reason } from '@gennaker/contracts/execution';
import { parseName } from '@gennaker/contracts/moniker';
import { guardsOf, type TrafficGuard } from '@gennaker/contracts/traffic-guards';
import type { CapacityLoss } from './capacity-loss.ts';
import { type Cloud, operationNamed } from './cloud.ts';
import type { ClusterPlace } from './cluster-lock.ts';
import type { JsonObject } from './stage.ts';
import { judgeGuard, type ServingGroup } from './traffic-guard.ts';

/** An operation as guards see it. */
export interface GuardedOperation {
  readonly account: string;
  readonly operation: string;
  readonly losses: readonly CapacityLoss[];
}

/** A described operation of a cloud as guards see it. */
export function guardedOperation(cloud: Cloud, { account, operation, description }: Described): GuardedOperation {
  const losses = operationNamed(cloud, operation)?.definition.takesAway?.(description as never) ?? [];
  return { account, operation, losses };
}

/** An operation as it was described; the description is parsed. */
export interface Described {
  readonly account: string;
  readonly operation: string;
  readonly description: JsonObject;
}

/** What guards are judged by: read from clouds at the real moment, as foreseen in a plan. */
export interface GuardReads {
  /** The guards of an application as they are now. */
  readGuards(application: string): Promise<readonly TrafficGuard[]>;
  /** What serves in a cluster. `named`: server groups that may be of it though nobody has listed them yet. */
  servingGroups(at: ClusterPlace, named: readonly string[]): Promise<readonly ServingGroup[]>;
  /** The cluster of an instance; undefined for one of none. */
  clusterOfInstance(at: {
    readonly account: string;
    readonly region: string;
    readonly id: string;
  }): Promise<string | undefined>;
}

/** Losses of one cluster. */
interface ClusterLosses extends ClusterPlace {
  readonly losses: CapacityLoss[];
}

/**
 * Why a traffic guard refuses the first of these operations; null when none does. Those right behind it that take away
 * capacity as well are judged with it, so that nothing is begun that would be refused half-way.
 * @throws what the reads throw
 */
export async function refusalOf(reads: GuardReads, operations: readonly GuardedOperation[]): Promise<Reason | null> {
  const [first] = operations;
  if (!first || first.losses.length === 0) return null;
  const concerned = new Set((await clustersOf(reads, [first])).map(keyOf));
  const end = operations.findIndex(({ losses }) => losses.length === 0);
  for (const at of await clustersOf(reads, end === -1 ? operations : operations.slice(0, end))) {
    if (!concerned.has(keyOf(at))) continue;
    const reason = await refusalIn(reads, first.operation, at);
    if (reason) return reason;
  }
  return null;
}

/** The guards that hold for a cluster today. */
export async function guardsOn(
  { readGuards }: Pick<GuardReads, 'readGuards'>,
  at: ClusterPlace,
): Promise<TrafficGuard[]> {
  const moniker = parseName(at.cluster);
  return moniker ? guardsOf(await readGuards(moniker.app), { ...at, moniker }) : [];
}

async function refusalIn(reads: GuardReads, operation: string, at: ClusterLosses): Promise<Reason | null> {
  const guards = await guardsOn(reads, at);
  if (guards.length === 0) return null;
  const named = at.losses.flatMap((loss) => (loss.kind === 'instances' ? [] : [loss.serverGroupName]));
  const groups = await reads.servingGroups(at, named);
  for (const guard of guards) {
    const reason = judgeGuard(guard, { ...at, operation, groups });
    if (reason) return reason;
  }
  return null;
}

/** The losses by cluster. */
async function clustersOf(reads: GuardReads, operations: readonly GuardedOperation[]): Promise<ClusterLosses[]> {
  const found = new Map<string, ClusterLosses>();
  const add = (account: string, cluster: string | undefined, loss: CapacityLoss): void => {
    if (cluster === undefined) return;
    const at = { account, region: loss.region, cluster };
    const known = found.get(keyOf(at)) ?? { ...at, losses: [] };
    found.set(keyOf(at), known);
    known.losses.push(loss);
  };
  for (const { account, losses } of operations)
    for (const loss of losses)
      if (loss.kind !== 'instances') add(account, parseName(loss.serverGroupName)?.cluster, loss);
      else
        for (const id of loss.instanceIds)
          add(account, await reads.clusterOfInstance({ account, region: loss.region, id }), {
            ...loss,
            instanceIds: [id],
          });
  return [...found.values()];
}

const keyOf = ({ account, region, cluster }: ClusterPlace): string => `${account}/${region}/${cluster}`;
