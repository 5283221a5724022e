import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { InstancesStage } from '@gennaker/contracts/server-group-stage';
import { monitorOperation, submitOperation } from './cloud-operation.ts';
import { cloudPollMs } from './cloud-poll.ts';
import { acquireClusterLock, type ClusterPlace, clusterOf, releaseClusterLock, underLocks } from './cluster-lock.ts';
import { operationFields } from './operation-description.ts';
import { accountOf } from './operation-place.ts';
import { liveGroup } from './server-group-read.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

type Context = TaskContext<InstancesStage>;
/** An instance as it was found when the stage began. */
export type InstanceBefore = NonNullable<InstancesStage['instancesBefore']>[number];

const WAIT_TIMEOUT_MS = 60 * 60_000;
const OWN_KEYS = [
  'instance',
  'instanceIds',
  'instancesBefore',
  'asgName',
  'regions',
  'region',
  'serverGroupName',
  'zone',
];

/** The instances' account and region. @throws ServiceError 422 naming the missing field */
function placeOf({ context: stage }: Context): { account: string; region: string } {
  const account = accountOf(stage);
  const region = stage.region ?? stage.regions?.[0] ?? stage.zone?.replace(/-[a-z]$/, '');
  if (!region)
    throw new ServiceError(422, 'The stage names no region', {
      field: 'region',
      fix: 'name the region of the instances',
    });
  return { account, region };
}

/** An instance, read from the cloud; null when it does not exist. */
async function liveInstance(context: Context, id: string): Promise<Instance | null> {
  try {
    return await context.ports.clouddriver.getInstance(
      { params: { ...placeOf(context), id } },
      { signal: context.signal, traceparent: context.traceparent },
    );
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return null;
    throw error;
  }
}

/** Looks the instances up, with the server groups that they belong to. */
const determineInstances: TaskDefinition<InstancesStage> = {
  name: 'determineInstances',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    if (stage.instancesBefore) return { status: 'SUCCEEDED' };
    const { account, region } = placeOf(context);
    const ids = [...new Set([...(stage.instanceIds ?? []), ...(stage.instance ? [stage.instance] : [])])];
    if (ids.length === 0)
      throw new ServiceError(422, 'The stage names no instance', {
        field: 'instanceIds',
        fix: 'name at least one instance',
      });
    const found: InstanceBefore[] = [];
    for (const id of ids) {
      const instance = await liveInstance(context, id);
      if (!instance)
        return {
          status: 'TERMINAL',
          reason: {
            summary: `There is no instance ${id} in ${region} of account ${account}`,
            evidence: { account, region, instanceIds: ids },
            next: 'its server group may have replaced it; choose among those that exist now',
          },
        };
      const group = stage.serverGroupName ?? stage.asgName ?? instance['serverGroup'];
      const zone = stage.zone ?? instance.zone;
      found.push({
        id,
        ...(zone ? { zone } : {}),
        ...(instance.launchTime === undefined ? {} : { launchTime: instance.launchTime }),
        ...(typeof group === 'string' && group !== '' ? { serverGroupName: group } : {}),
      });
    }
    return { status: 'SUCCEEDED', context: { instancesBefore: found } };
  },
};

/** Instances that one operation takes: those of a server group, or those of a zone that belong to none. */
function together(before: readonly InstanceBefore[]): { of: InstanceBefore; ids: string[] }[] {
  const parts = new Map<string, { of: InstanceBefore; ids: string[] }>();
  for (const one of before) {
    const key = one.serverGroupName ? `group ${one.serverGroupName}` : `zone ${one.zone ?? ''}`;
    const part = parts.get(key);
    if (part) part.ids.push(one.id);
    else parts.set(key, { of: one, ids: [one.id] });
  }
  return [...parts.values()];
}

/** How a stage does its operation to instances. */
export interface InstancesOperation {
  readonly operation: string;
  readonly submit?: string;
  readonly monitor: string;
  readonly wait: TaskDefinition<InstancesStage>;
  /** What is told beside account, region, ids, server group and zone. */
  readonly describe?: (context: Context) => JsonObject;
}

/** The tasks of a stage that does one operation to instances: look them up, lock the clusters that they belong to, submit, follow, wait, unlock. */
export function instancesTasks({
  operation,
  submit = operation,
  monitor,
  wait,
  describe = ({ context }) => operationFields(context, OWN_KEYS),
}: InstancesOperation): readonly TaskDefinition<InstancesStage>[] {
  const places = (context: Context): ClusterPlace[] => {
    const names = (context.context.instancesBefore ?? []).flatMap((one) => one.serverGroupName ?? []);
    return [...new Set(names.map(clusterOf))].map((cluster) => ({ ...placeOf(context), cluster }));
  };
  return [
    determineInstances,
    acquireClusterLock(places),
    submitOperation<InstancesStage>(submit, places, (context) => {
      const { account, region } = placeOf(context);
      return {
        provider: context.context.cloudProvider,
        descriptions: together(context.context.instancesBefore ?? []).map(({ of, ids }) => ({
          [operation]: {
            ...describe(context),
            credentials: account,
            region,
            ...(of.zone ? { zone: of.zone } : {}),
            ...(of.serverGroupName ? { serverGroupName: of.serverGroupName } : {}),
            instanceIds: ids,
          },
        })),
      };
    }),
    monitorOperation<InstancesStage>(monitor, places),
    underLocks(places, wait),
    releaseClusterLock<InstancesStage>(),
  ];
}

/** The instances as they are now, null where one is gone; members of a server group are read with it, at once. */
async function readAgain(
  context: Context,
  before: readonly InstanceBefore[],
): Promise<(readonly [InstanceBefore, Instance | null])[]> {
  const groups = new Map<string, Promise<ServerGroup | null>>();
  const groupOf = (serverGroupName: string): Promise<ServerGroup | null> => {
    const read = groups.get(serverGroupName) ?? liveGroup(context, { ...placeOf(context), serverGroupName });
    groups.set(serverGroupName, read);
    return read;
  };
  return Promise.all(
    before.map(async (one) => {
      const { id, serverGroupName } = one;
      if (!serverGroupName) return [one, await liveInstance(context, id)] as const;
      const group = await groupOf(serverGroupName);
      return [one, group?.instances.find(({ name }) => name === id) ?? null] as const;
    }),
  );
}

/** A task that waits until a condition holds of every instance; `lacks`: what one lacks, undefined: it holds. */
export function waitForInstances(
  name: string,
  lacks: (
    instance: Instance | null,
    before: InstanceBefore,
    context: Context,
  ) => { readonly lacks: string; readonly evidence?: Reason['evidence'] } | undefined,
): TaskDefinition<InstancesStage> {
  return {
    name,
    timeoutMs: WAIT_TIMEOUT_MS,
    async run(context): Promise<TaskResult> {
      const before = context.context.instancesBefore ?? [];
      const waiting: { id: string; lacks: string; evidence?: Reason['evidence'] }[] = [];
      for (const [one, instance] of await readAgain(context, before)) {
        const answer = lacks(instance, one, context);
        if (answer) waiting.push({ id: one.id, ...answer });
      }
      const done = before.length - waiting.length;
      if (waiting.length === 0) return { status: 'SUCCEEDED', reason: { summary: `All ${done} instances are done` } };
      return {
        status: 'RUNNING',
        wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
        reason: {
          summary: `${done} of ${before.length} instances are done; ${waiting.map((one) => `${one.id} ${one.lacks}`).join('; ')}`,
          evidence: { instances: waiting },
        },
      };
    },
  };
}

/** Is it another machine than the one of that name before? */
export function isReplaced(instance: Instance, before: InstanceBefore): boolean {
  return (
    instance.launchTime !== undefined && before.launchTime !== undefined && instance.launchTime > before.launchTime
  );
}
