import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Capacity } from '@gennaker/contracts/cloud-views';
import type { NewServerGroupStage } from '@gennaker/contracts/server-group-stage';
import { type ClusterPlace, underLocks } from './cluster-lock.ts';
import { healthyInstances } from './server-group-health.ts';
import { clusterGroups } from './server-group-read.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

/** How a stage decides what its new server group is made with. */
export interface ReplacedOptions<C> {
  readonly placeOf: (context: TaskContext<C>) => ClusterPlace;
  /** What the strategy has otherwise than described. */
  readonly prepare: (description: JsonObject) => JsonObject;
  /** How many instances are described; undefined: as many as the cloud gives. */
  readonly capacityOf: (context: TaskContext<C>) => Capacity | undefined;
  /** May the replaced server group give its capacity? Otherwise whatever is cloned gives it. */
  readonly takesCapacity: boolean;
  /** Name of a strategy that does not exist, of which the stage tells. */
  readonly unknownStrategy?: string;
}

/** A server group that gets requests. */
export function serves(group: ServerGroup): boolean {
  return !group.isDisabled && group.instances.length > 0;
}

/**
 * Remembers, under the cluster's lock, what serves before anything is changed: the newest of it is what the new server
 * group replaces, and all of it is what a failed deploy gives the traffic back to.
 */
export function determineReplaced<C extends NewServerGroupStage>({
  placeOf,
  prepare,
  capacityOf,
  takesCapacity,
  unknownStrategy,
}: ReplacedOptions<C>): TaskDefinition<C> {
  return underLocks((context: TaskContext<C>) => [placeOf(context)], {
    name: 'determineReplacedServerGroup',
    async run(context): Promise<TaskResult> {
      const stage = context.context;
      if (stage.asDeployed) return { status: 'SUCCEEDED' };
      const place = placeOf(context);
      const groups = (await clusterGroups(context, place)).toSorted(
        (a, b) => b.createdTime - a.createdTime || b.name.localeCompare(a.name),
      );
      const serving = groups.filter(serves);
      // A newcomer that never got healthy gets requests, too: what answers them is what is replaced.
      const replaced = serving.find((group) => healthyInstances(group) > 0) ?? serving[0];
      const takes = takesCapacity && (stage.useSourceCapacity === true || stage.preferSourceCapacity === true);
      if (takes && !replaced && stage.preferSourceCapacity !== true)
        return {
          status: 'TERMINAL',
          reason: {
            summary: `useSourceCapacity: nothing of cluster ${place.cluster} serves in ${place.region}, so there is no capacity to take over`,
            evidence: { groups: groups.map(({ name, isDisabled }) => ({ name, isDisabled })) },
            next: 'give the capacity, and set preferSourceCapacity where the present one is to be taken when there is one',
          },
        };
      const wanted = (takes ? replaced?.capacity : undefined) ?? capacityOf(context);
      const described: JsonObject = { ...stage, ...(wanted ? { capacity: wanted } : {}) };
      const now = replaced ? servingText(replaced) : 'Nothing of the cluster serves now';
      return {
        status: 'SUCCEEDED',
        context: {
          asDeployed: { ...(wanted ? { capacity: wanted } : {}), ...prepare(described) },
          ...(wanted ? { savedCapacity: wanted } : {}),
          servedBefore: serving.map(({ name }) => name),
          predecessor: (replaced ?? groups[0])?.name ?? null,
          replacedServerGroup: replaced
            ? {
                account: replaced.account,
                region: replaced.region,
                serverGroupName: replaced.name,
                capacity: replaced.capacity,
                ...(replaced.image ? { image: replaced.image } : {}),
              }
            : null,
        },
        reason: {
          summary: `${now}${unknownStrategy ? `. There is no strategy "${unknownStrategy}": older server groups stay as they are` : ''}`,
          evidence: { serving: serving.map(({ name, capacity }) => ({ name, capacity })) },
        },
      };
    },
  });
}

function servingText(group: ServerGroup): string {
  const all = group.instances.length;
  return healthyInstances(group) > 0
    ? `${group.name} serves now, with ${all} instances`
    : `${group.name} gets the requests now, and none of its ${all} instances is healthy`;
}
