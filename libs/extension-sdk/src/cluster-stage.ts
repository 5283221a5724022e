import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { type ClusterStage, deployedServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { acquireClusterLock, type ClusterPlace, releaseClusterLock, underLocks } from './cluster-lock.ts';
import { cloudPollMs } from './cloud-poll.ts';
import { monitorOperation, submitOperation } from './cloud-operation.ts';
import { clusterGroups, liveGroup } from './server-group-read.ts';
import { placesOf } from './server-group-stage.ts';
import { listed, older } from './server-group-target.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

const WAIT_TIMEOUT_MS = 60 * 60_000;

/** Decides which of the groups that may be touched are; newest first, with how many newer ones of the cluster are kept. */
export type Choose<C extends ClusterStage> = (
  candidates: readonly ServerGroup[],
  kept: readonly ServerGroup[],
  stage: C,
) => readonly ServerGroup[];

/** The groups of a place that a stage may touch, newest first, and those that it may not. */
async function candidates(context: TaskContext<ClusterStage>, place: ClusterPlace) {
  const groups = await clusterGroups(context, place);
  const own = context.context.createdServerGroup;
  const deployed = listed(context.ancestorOutputs('deployedServerGroups'), deployedServerGroupSchema).filter(
    (entry) => entry.account === place.account && entry.region === place.region && entry.cluster === place.cluster,
  );
  const mine = own && own.region === place.region ? [...deployed, { ...own, cluster: place.cluster }] : deployed;
  const free = older(groups, mine);
  return { free, kept: groups.filter((group) => !free.includes(group)) };
}

/** How a stage changes some of a cluster's server groups. */
export interface ClusterOperation<C extends ClusterStage> {
  readonly determine: string;
  readonly submit: string;
  readonly wait: string;
  readonly operation: 'disableServerGroup' | 'destroyServerGroup' | 'resizeServerGroup';
  /** What the operation is told beside account, region and name. */
  readonly description?: JsonObject;
  readonly choose: Choose<C>;
  /** Is a cluster without server groups as good as done? Otherwise only where `continueIfClusterNotFound` says so. */
  readonly emptyIsDone?: boolean;
  /** Is it as it should be in the cloud? null: the group does not exist. */
  readonly done: (group: ServerGroup | null) => boolean;
  /** What a group still lacks, as a part of a sentence; absent: only its name is told. */
  readonly lacks?: (group: ServerGroup) => string;
}

/** The tasks of a stage that does one operation to the chosen server groups of a cluster. */
export function clusterTasks<C extends ClusterStage>(options: ClusterOperation<C>): readonly TaskDefinition<C>[] {
  const places = (context: TaskContext<C>) => placesOf(context);
  const chosen = (context: TaskContext<C>) => context.context.chosenServerGroups ?? [];
  const determine: TaskDefinition<C> = underLocks(places, {
    name: options.determine,
    async run(context): Promise<TaskResult> {
      const found: { account: string; region: string; serverGroupName: string }[] = [];
      const byRegion: Record<string, string[]> = {};
      for (const place of places(context)) {
        const { free, kept } = await candidates(context, place);
        const { account, region, cluster } = place;
        if (free.length + kept.length === 0 && !options.emptyIsDone && !context.context.continueIfClusterNotFound)
          return {
            status: 'TERMINAL',
            reason: {
              summary: `Cluster ${cluster} has no server group in ${region} of account ${account}`,
              evidence: { account, region, cluster },
              next: 'correct the cluster, or set continueIfClusterNotFound where that is no failure',
            },
          };
        for (const group of options.choose(free, kept, context.context)) {
          found.push({ account, region, serverGroupName: group.name });
          (byRegion[region] ??= []).push(group.name);
        }
      }
      const names = found.map((entry) => entry.serverGroupName).join(', ');
      const [first] = places(context);
      return {
        status: 'SUCCEEDED',
        context: {
          chosenServerGroups: found,
          'deploy.server.groups': byRegion,
          ...(first ? { 'deploy.account.name': first.account } : {}),
        },
        reason: { summary: names ? `Chosen: ${names}` : 'No server group needs a change' },
      };
    },
  });
  const wait: TaskDefinition<C> = underLocks(places, {
    name: options.wait,
    timeoutMs: WAIT_TIMEOUT_MS,
    async run(context): Promise<TaskResult> {
      for (const target of chosen(context)) {
        const group = await liveGroup(context, target);
        if (options.done(group)) continue;
        const lacks = group && options.lacks?.(group);
        return {
          status: 'RUNNING',
          wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
          reason: {
            summary: lacks
              ? `${target.serverGroupName} in ${target.region} ${lacks}`
              : `Waits for ${target.serverGroupName} in ${target.region}`,
            evidence: { ...target, isDisabled: group?.isDisabled, instances: group?.instances.map(({ name }) => name) },
          },
        };
      }
      return { status: 'SUCCEEDED', outputs: { changedServerGroups: chosen(context) } };
    },
  });
  return [
    acquireClusterLock(places),
    determine,
    submitOperation(options.submit, places, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: chosen(context).map(({ account, region, serverGroupName }) => ({
        [options.operation]: { ...options.description, credentials: account, region, serverGroupName },
      })),
    })),
    monitorOperation(`monitor${options.submit.charAt(0).toUpperCase()}${options.submit.slice(1)}`, places),
    wait,
    releaseClusterLock(),
  ];
}

/** Groups in the order in which they are kept: larger first if asked, else newest first. */
export function keepOrder(groups: readonly ServerGroup[], largerFirst: boolean): ServerGroup[] {
  return groups.toSorted(
    (a, b) =>
      (largerFirst ? b.capacity.desired - a.capacity.desired : 0) ||
      b.createdTime - a.createdTime ||
      b.name.localeCompare(a.name),
  );
}
