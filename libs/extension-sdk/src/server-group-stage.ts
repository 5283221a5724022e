import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import {
  deployedServerGroupSchema,
  type ResolvedTarget,
  resolvedTargetSchema,
  type ServerGroupStage,
} from '@gennaker/contracts/server-group-stage';
import { acquireClusterLock, type ClusterPlace, clusterOf, releaseClusterLock, underLocks } from './cluster-lock.ts';
import { cloudPollMs } from './cloud-poll.ts';
import { monitorOperation, submitOperation } from './cloud-operation.ts';
import { explainWait } from './health-wait.ts';
import { operationFields } from './operation-description.ts';
import type { UpState } from './server-group-health.ts';
import { clusterGroups, liveGroup } from './server-group-read.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';
import { listed, resolveTarget } from './server-group-target.ts';

type Context = TaskContext<ServerGroupStage>;

const WAIT_TIMEOUT_MS = 2 * 60 * 60_000;

/** The clusters that a stage changes, one for each region. @throws Error naming the missing field */
export function placesOf(context: Context): ClusterPlace[] {
  const stage = context.context;
  const account = stage.credentials ?? stage.account;
  if (!account)
    throw new ServiceError(422, 'The stage names no account', { field: 'credentials', fix: 'choose an account' });
  const regions = stage.regions?.length ? stage.regions : stage.region ? [stage.region] : [];
  if (regions.length === 0)
    throw new ServiceError(422, 'The stage names no region', { field: 'regions', fix: 'choose a region' });
  const name = stage.serverGroupName ?? stage.asgName;
  const cluster = stage.cluster ?? (name ? clusterOf(name) : undefined);
  if (!cluster)
    throw new ServiceError(422, 'The stage names neither a cluster nor a server group', {
      field: 'cluster',
      fix: 'choose a cluster and a target, or name the server group',
    });
  return regions.map((region) => ({ account, region, cluster }));
}

/** The server groups that a stage settled on; empty before it did. */
export function targetsOf(context: Context): readonly ResolvedTarget[] {
  return context.context.resolvedTargets ?? [];
}

const determineTarget: TaskDefinition<ServerGroupStage> = underLocks(placesOf, {
  name: 'determineTargetServerGroup',
  async run(context): Promise<TaskResult> {
    if (targetsOf(context).length > 0) return { status: 'SUCCEEDED' };
    const stage = context.context;
    const found: ResolvedTarget[] = [];
    const why: string[] = [];
    for (const place of placesOf(context)) {
      const named = stage.serverGroupName ?? stage.asgName;
      if (named) {
        found.push({ ...place, target: 'name', serverGroupName: named, current: named });
        continue;
      }
      if (!stage.target)
        return {
          status: 'TERMINAL',
          reason: { summary: 'The stage names neither a server group nor a target', next: 'choose a target' },
        };
      const here = (entry: { account: string; region: string }) =>
        entry.account === place.account && entry.region === place.region;
      const deployed = listed(context.ancestorOutputs('deployedServerGroups'), deployedServerGroupSchema).filter(
        (entry) => here(entry) && entry.cluster === place.cluster,
      );
      const resolved = listed(context.ancestorOutputs('resolvedTargets'), resolvedTargetSchema).filter(here);
      const groups = await clusterGroups(context, place);
      const answer = resolveTarget(groups, stage.target, deployed, resolved);
      if ('problem' in answer)
        return {
          status: 'TERMINAL',
          reason: {
            summary: `${stage.target} of cluster ${place.cluster} in ${place.region} is nothing: ${answer.problem}`,
            evidence: {
              groups: groups.map(({ name, isDisabled, createdTime }) => ({ name, isDisabled, createdTime })),
            },
            next: 'choose another target, or run the stage only when there is one (checkPreconditions)',
          },
        };
      why.push(answer.why);
      found.push({ ...place, target: stage.target, serverGroupName: answer.group.name, current: answer.current });
    }
    const [first] = found;
    return {
      status: 'SUCCEEDED',
      context: {
        resolvedTargets: found,
        ...(first && !stage.serverGroupName ? { resolvedServerGroupName: first.serverGroupName } : {}),
      },
      outputs: { resolvedTargets: found, ...(first ? { serverGroupName: first.serverGroupName } : {}) },
      reason: {
        summary: why.length ? `The target is ${why.join(' and ')}` : `The target is ${first?.serverGroupName ?? ''}`,
      },
    };
  },
});

/**
 * The one server group that a stage is for, read from the cloud now; or why there is none. `does`: what is done to one, as in
 * "the capacity is captured".
 */
export async function onlyTarget(
  context: Context,
  does: string,
): Promise<{ readonly group: ServerGroup } | { readonly refused: TaskResult }> {
  const refused = (summary: string, next: string) =>
    ({ refused: { status: 'TERMINAL', reason: { summary, next } } }) as const;
  const [target, another] = targetsOf(context);
  if (!target || another)
    return refused(
      `regions: ${does} of one server group, and several regions are named`,
      'add a stage for each region',
    );
  const group = await liveGroup(context, target);
  if (group) return { group };
  return refused(
    `There is no server group ${target.serverGroupName} in ${target.region} of account ${target.account}`,
    'it was destroyed, or the name is wrong',
  );
}

/** What a condition says of one server group now. */
export interface Condition {
  readonly met: boolean;
  /** It will not be met by waiting. */
  readonly hopeless?: boolean;
  /** What its instances lack, where these are what it waits for: they are looked at more closely. */
  readonly lacking?: UpState;
  readonly reason: Reason;
}

/** A task that waits until a condition holds of every target. */
export function waitForTargets<C extends ServerGroupStage>(
  name: string,
  check: (group: ServerGroup | null, context: TaskContext<C>, target: ResolvedTarget) => Condition,
): TaskDefinition<C> {
  return underLocks<C>(placesOf, {
    name,
    timeoutMs: WAIT_TIMEOUT_MS,
    async run(context): Promise<TaskResult> {
      const met: string[] = [];
      for (const target of targetsOf(context)) {
        const group = await liveGroup(context, target);
        const condition = check(group, context, target);
        if (!condition.met)
          return {
            status: condition.hopeless ? 'TERMINAL' : 'RUNNING',
            wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
            ...(group && condition.lacking
              ? await explainWait(context, group, condition.lacking, 'fails')
              : { reason: condition.reason }),
          };
        met.push(condition.reason.summary);
      }
      return { status: 'SUCCEEDED', reason: { summary: met.join('; ') || 'There was nothing to wait for' } };
    },
  });
}

/** Keys by which a stage names its targets. */
const TARGET_KEYS = ['asgName', 'cluster', 'region', 'regions', 'resolvedServerGroupName', 'serverGroupName', 'target'];

/** What of a stage's context describes its operation, beside which server groups it is for. */
export function describedFields({ context }: Context): JsonObject {
  return operationFields(context, TARGET_KEYS);
}

/** How a stage does its one operation to each of its targets. */
export interface ServerGroupOperation<C extends ServerGroupStage> {
  /** The cloud's operation; also the name of the task that submits it. */
  readonly operation: string;
  /** Name of the task that follows it; absent: made of the operation's. */
  readonly monitor?: string;
  /** Looks up what the description needs, once the targets are known. */
  readonly prepare?: TaskDefinition<C>;
  /** What the operation is told beside account, region and name; undefined: this target needs no change. */
  readonly describe?: (context: TaskContext<C>, target: ResolvedTarget) => JsonObject | undefined;
  /** Waits until the cloud shows the change. */
  readonly wait?: TaskDefinition<C>;
}

/** The tasks of a stage that does one operation to one server group per region: lock, resolve, submit, follow, wait until the cloud shows it, unlock. */
export function serverGroupTasks<C extends ServerGroupStage>({
  operation,
  monitor = `monitor${operation.charAt(0).toUpperCase()}${operation.slice(1)}`,
  prepare,
  describe = () => ({}),
  wait,
}: ServerGroupOperation<C>): readonly TaskDefinition<C>[] {
  return [
    acquireClusterLock<C>(placesOf),
    determineTarget,
    ...(prepare ? [prepare] : []),
    submitOperation<C>(operation, placesOf, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: targetsOf(context).flatMap((target) => {
        const own = describe(context, target);
        if (!own) return [];
        const { account, region, serverGroupName } = target;
        return [{ [operation]: { ...own, credentials: account, region, serverGroupName } }];
      }),
    })),
    monitorOperation<C>(monitor, placesOf),
    ...(wait ? [wait] : []),
    releaseClusterLock<C>(),
  ];
}

/** The tasks of a stage that changes nothing: it settles on its server groups and looks at them. Nobody changes them meanwhile. */
export function lookAtTargets<C extends ServerGroupStage>(look: TaskDefinition<C>): readonly TaskDefinition<C>[] {
  return [acquireClusterLock<C>(placesOf), determineTarget, look, releaseClusterLock<C>()];
}
