import type { ForeseenGroup, Foresight } from '@gennaker/contracts/foresight';
import { HOLD_KEY, holdWishSchema, SETTLES_KEY, settlesHoldsSchema } from '@gennaker/contracts/holds';
import type { Reason } from '@gennaker/contracts/execution';
import { parseName } from '@gennaker/contracts/moniker';
import type { CapacityLoss } from './capacity-loss.ts';
import { type Cloud, operationNamed } from './cloud.ts';
import type { ClusterPlace } from './cluster-lock.ts';
import { afterChange, type GroupChange } from './group-change.ts';
import {
  type Described,
  type GuardedOperation,
  guardedOperation,
  type GuardReads,
  guardsOn,
  refusalOf,
} from './guard-check.ts';
import type { JsonObject } from './stage.ts';
import { capacityAfter, capacityNow, type ServingGroup, servingGroup } from './traffic-guard.ts';

/** An operation whose consequences are foreseen. */
export interface ForeseenOperation extends GuardedOperation {
  readonly description: JsonObject;
  /** What it makes of server groups; undefined: nobody can tell. */
  readonly becomes: readonly GroupChange[] | undefined;
}

/** A described operation of a cloud, with what it would make of server groups. */
export function foreseenOperation(cloud: Cloud, described: Described): ForeseenOperation {
  const { operation, description } = described;
  const becomes = operationNamed(cloud, operation)?.definition.becomes?.(description as never);
  return { ...guardedOperation(cloud, described), description, becomes };
}

/**
 * Asks today's guards of each operation in its turn, with the cluster as those before would leave it; ends at the first that
 * is refused. They are judged as at the real moment, by `refusalOf`.
 * @throws what `readGuards` throws
 */
export async function foreseeOperations(
  { readGuards, platformHealth }: Pick<GuardReads, 'readGuards'> & { readonly platformHealth: string },
  at: ClusterPlace,
  now: readonly ForeseenGroup[],
  operations: readonly ForeseenOperation[],
): Promise<Foresight> {
  const guarded = (await guardsOn({ readGuards }, at)).length > 0;
  const passed: Reason[] = [];
  let groups = now;
  for (const [index, operation] of operations.entries()) {
    const serving = groups.map((group) => servingNow(group, platformHealth));
    const refusal = await refusalOf(
      {
        readGuards,
        servingGroups: async () => serving,
        clusterOfInstance: async ({ id }) =>
          groups.some(({ view }) => view.instances.some(({ name }) => name === id)) ? at.cluster : undefined,
      },
      operations.slice(index),
    );
    if (refusal) return { groups: [...groups], guarded, refusal, passed };
    if (guarded) passed.push(...left(operation, at, serving));
    const { becomes } = operation;
    if (!becomes?.every((change) => parseName(change.serverGroupName)?.cluster === at.cluster))
      return {
        groups: [...groups],
        ...{ guarded, passed },
        unknown: `what ${operation.operation} makes of ${at.cluster} is not foreseen`,
      };
    groups = after(groups, operation, becomes);
  }
  return { groups: [...groups], guarded, passed };
}

/**
 * What the release of holds does to a server group that was foreseen: it is again what it was before the first of them.
 * `holds`: their names; absent: all of them.
 */
export function releaseOf(
  groups: readonly ForeseenGroup[],
  at: ClusterPlace,
  { serverGroupName, holds }: { readonly serverGroupName: string; readonly holds?: readonly string[] | undefined },
): ForeseenOperation[] {
  const { region, account } = at;
  const held = groups.find(({ view }) => view.name === serverGroupName && view.region === region)?.held ?? {};
  return Object.entries(held)
    .filter(([name]) => holds?.includes(name) ?? true)
    .toReversed()
    .map(([name, { capacity, percentage }]): ForeseenOperation => {
      const group = { region, serverGroupName };
      const losses: CapacityLoss[] = capacity ? [{ kind: 'size', ...group, ...capacity }] : [];
      if (percentage !== undefined && percentage < 100)
        losses.push(
          percentage === 0 ? { kind: 'all', ...group } : { kind: 'share', ...group, percentage: 100 - percentage },
        );
      return {
        ...{ account, operation: 'releaseHolds', losses },
        description: { ...group, [SETTLES_KEY]: [name] },
        becomes: [
          ...(capacity ? [{ kind: 'size', ...group, ...capacity } as const] : []),
          ...(percentage === undefined ? [] : [{ kind: 'traffic', ...group, percentage } as const]),
        ],
      };
    });
}

/** What serves of a server group that was foreseen. One without load balancers serves whatever was asked for. */
export function servingNow({ view, percentage }: ForeseenGroup, platformHealth: string): ServingGroup {
  return servingGroup(
    view.loadBalancers.length > 0 ? view : { ...view, isDisabled: false },
    percentage,
    platformHealth,
  );
}

/** What an operation leaves that takes something and passes. */
function left({ operation, losses }: ForeseenOperation, at: ClusterPlace, serving: readonly ServingGroup[]): Reason[] {
  const [now, then] = [capacityNow(serving), capacityAfter(serving, losses)];
  if (then >= now) return [];
  const number = (value: number): string => String(Math.round(value * 10) / 10);
  return [
    {
      summary: `Traffic guards let ${operation} pass: ${number(then)} of the ${number(now)} healthy instances that serve in ${at.cluster} would be left`,
      evidence: { operation, healthyNow: now, healthyAfter: then },
    },
  ];
}

/** The groups after an operation, with what it holds of them or makes permanent. */
function after(
  groups: readonly ForeseenGroup[],
  { description }: ForeseenOperation,
  changes: readonly GroupChange[],
): readonly ForeseenGroup[] {
  const wish = holdWishSchema.optional().parse(description[HOLD_KEY]);
  const settles = settlesHoldsSchema.optional().parse(description[SETTLES_KEY]) ?? [];
  const concerned = (group: ForeseenGroup): boolean =>
    changes.some(({ region, serverGroupName }) => group.view.name === serverGroupName && group.view.region === region);
  const noted = groups.map((group): ForeseenGroup => {
    if (!concerned(group)) return group;
    const { view, percentage = 100, held = {} } = group;
    const kept = Object.entries(held).filter(([name]) => !settles.includes(name));
    const touches = (kind: GroupChange['kind']): boolean => changes.some((change) => change.kind === kind);
    // A further change under the same name keeps the undo of the first.
    if (wish && held[wish.name] === undefined)
      kept.push([
        wish.name,
        {
          ...(touches('size') ? { capacity: view.capacity } : {}),
          ...(touches('traffic') ? { percentage: view.isDisabled ? 0 : percentage } : {}),
        },
      ]);
    return { ...group, held: Object.fromEntries(kept) };
  });
  return changes.reduce<readonly ForeseenGroup[]>((now, change) => afterChange(now, change), noted);
}
