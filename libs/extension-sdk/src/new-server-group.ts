import type { Capacity } from '@gennaker/contracts/cloud-views';
import type { Operation } from '@gennaker/contracts/clouddriver';
import { type NewServerGroupStage, newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';
import { monitorOperation } from './cloud-operation.ts';
import { cloudPollMs } from './cloud-poll.ts';
import { type ClusterPlace, underLocks } from './cluster-lock.ts';
import { explainWait } from './health-wait.ts';
import { interestingHealth, upState } from './server-group-health.ts';
import { liveGroup } from './server-group-read.ts';
import type { JsonObject, PlannedStage, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

const UP_TIMEOUT_MS = 2 * 60 * 60_000;
/** How long a newcomer has to be healthy where something served before and nothing else is said: one more look, s. */
const HEALTHY_FOR_S = 1;
/** Longest pause between two looks while it proves to stay healthy, ms. */
const STEADY_POLL_MS = 1_000;

/** Keys of a context that one run of a stage leaves behind. */
export const RUN_KEYS = [
  'asDeployed',
  'createdServerGroup',
  'deploy.account.name',
  'deploy.server.groups',
  'healthySince',
  'lastCapacityCheck',
  'predecessor',
  'replacedServerGroup',
  'savedCapacity',
  'measuredFrom',
  'servedBefore',
  'targetDesiredSize',
] as const;

/** Keys that say how a server group is deployed, and that its operation need not know. */
export const DEPLOY_KEYS = [
  'amiName',
  'availabilityZones',
  'deployStageId',
  'enableTraffic',
  'healthyForSeconds',
  'imageArtifact',
  'imageArtifactId',
  'imageId',
  'imageSource',
  'preferSourceCapacity',
  'rollback',
  'strategy',
  'trafficOptions',
  'unhealthyPatienceSeconds',
  'useSourceCapacity',
] as const;

const resultSchema = z.looseObject({ serverGroupNameByRegion: z.record(z.string(), z.string()) });

/** Name of the server group that an operation has made in a region; undefined: none. */
export function madeBy({ resultObjects }: Pick<Operation, 'resultObjects'>, region: string): string | undefined {
  for (const object of resultObjects) {
    const name = resultSchema.safeParse(object).data?.serverGroupNameByRegion[region];
    if (name) return name;
  }
  return undefined;
}

/** What the new server group is made with: what is described, but for what its strategy has otherwise. */
export function asDeployed<C extends NewServerGroupStage>(stage: C): C {
  return { ...stage, ...newServerGroupStageSchema.partial().parse(stage.asDeployed ?? {}) };
}

/** The context that a stage is started again with: without what its last run left. */
export function withoutRun({ context }: PlannedStage): { context: JsonObject; outputs: JsonObject } {
  const gone = new Set<string>([...RUN_KEYS, 'clusterLocks', 'kato.last.task.id', 'kato.tasks']);
  return { context: Object.fromEntries(Object.entries(context).filter(([key]) => !gone.has(key))), outputs: {} };
}

/** How many instances are described; undefined: nothing is said. */
export function describedCapacity({ capacity, targetSize }: NewServerGroupStage): Capacity | undefined {
  return capacity ?? (targetSize === undefined ? undefined : { min: targetSize, max: targetSize, desired: targetSize });
}

/** Does the new server group stay without traffic? */
export function isDark(stage: NewServerGroupStage): boolean {
  return stage.disableTraffic === true || stage.enableTraffic === false || stage.trafficOptions === 'disable';
}

/** The account and the region of the new server group, where they are named. */
export function whereOf(stage: NewServerGroupStage): {
  readonly account: string | undefined;
  readonly region: string | undefined;
} {
  return {
    account: stage.credentials ?? stage.account,
    region: stage.region ?? Object.keys(stage.availabilityZones ?? {})[0],
  };
}

/** Zones of the new server group, where the stage names some and the operation's own words do not. */
export function zonesOf(stage: NewServerGroupStage, region: string): { distributionPolicy?: { zones: string[] } } {
  const zones = stage.availabilityZones?.[region];
  return zones?.length && stage['distributionPolicy'] === undefined && stage['zone'] === undefined
    ? { distributionPolicy: { zones } }
    : {};
}

/**
 * The tasks after the submission: follow the operation, remember what it made, and wait until enough of it is up.
 * `image`: the image that the stage chose; undefined: whatever the cloud then shows.
 */
export function awaitNewServerGroup<C extends NewServerGroupStage>(
  placeOf: (context: TaskContext<C>) => ClusterPlace,
  image: (context: TaskContext<C>) => string | undefined,
): readonly [TaskDefinition<C>, TaskDefinition<C>] {
  const places = (context: TaskContext<C>) => [placeOf(context)];
  const monitor = monitorOperation<C>('monitorDeploy', places, (operation, context) => {
    const { account, region } = placeOf(context);
    const chosen = image(context);
    const serverGroupName = madeBy(operation, region);
    if (serverGroupName === undefined)
      throw new Error(`Operation ${operation.id} is done and names no server group in ${region}.`);
    return {
      context: {
        createdServerGroup: { account, region, serverGroupName, ...(chosen ? { image: chosen } : {}) },
        measuredFrom: context.taskStartTime,
        'deploy.server.groups': { [region]: [serverGroupName] },
        'deploy.account.name': account,
      },
    };
  });
  return [monitor, underLocks(places, { name: 'waitForUpInstances', timeoutMs: UP_TIMEOUT_MS, run: waitForUp })];
}

async function waitForUp(context: TaskContext<NewServerGroupStage>): Promise<TaskResult> {
  const stage = asDeployed(context.context);
  const created = stage.createdServerGroup;
  if (!created) throw new Error('The stage does not know which server group it made.');
  const group = await liveGroup(context, created);
  if (!group)
    return {
      status: 'TERMINAL',
      reason: {
        summary: `Server group ${created.serverGroupName} does not exist any more in ${created.region}`,
        next: 'Somebody destroyed it while it was deployed; start the pipeline again',
      },
    };
  const desired = stage.capacity?.desired ?? stage.targetSize ?? group.capacity.desired;
  const wanted = group.capacity.min === group.capacity.max ? group.capacity.desired : desired;
  const asked = interestingHealth(stage, !isDark(stage) && group.loadBalancers.length > 0);
  const state = upState(group, wanted, stage.targetHealthyDeployPercentage, asked);
  const counts = { ...group.instanceCounts };
  if (!state.enough) {
    const before = stage.replacedServerGroup?.serverGroupName;
    const told = await explainWait(context, group, state, before ? `rolls back to ${before}` : 'is taken back');
    return {
      status: state.hopeless ? 'TERMINAL' : 'RUNNING',
      wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
      context: { ...told.context, lastCapacityCheck: counts, healthySince: null },
      reason: told.reason,
    };
  }
  const steady = steadyFor(context, wanted);
  if (steady.leftMs > 0)
    return {
      status: 'RUNNING',
      wakeAfterMs: Math.min(steady.leftMs, STEADY_POLL_MS),
      context: { lastCapacityCheck: counts, healthySince: steady.since },
      reason: {
        ...state.reason,
        summary: `${state.reason.summary}; they have to stay so for ${Math.ceil(steady.leftMs / 1000)} s more`,
      },
    };
  const instances = group.instances.map(({ name, zone, ips }) => ({ name, zone: zone ?? null, ip: ips?.[0] ?? null }));
  const { region, account, serverGroupName } = created;
  const image = created.image ?? group.image;
  const owner = new Map(Object.entries(stage)).get('deployStageId');
  return {
    status: 'SUCCEEDED',
    context: {
      lastCapacityCheck: counts,
      targetDesiredSize: state.needed,
      ...(group.loadBalancers.length === 0 ? { measuredFrom: null } : {}),
    },
    outputs: {
      serverGroupName,
      'deploy.server.groups': { [region]: [serverGroupName] },
      'deploy.account.name': account,
      deployedServerGroups: [
        {
          account,
          region,
          cluster: group.cluster,
          serverGroupName,
          cloudProvider: stage.cloudProvider,
          ...(image ? { image } : {}),
          // What this one replaces: null for the first of its cluster.
          source: stage.predecessor ?? null,
          instances,
          ...(owner === undefined ? {} : { deployStageId: owner }),
        },
      ],
    },
    reason: state.reason,
  };
}

/** How long the newcomer has been healthy without a break, and how long it still has to be. */
function steadyFor({ context: stage, now }: TaskContext<NewServerGroupStage>, wanted: number) {
  const seconds = stage.healthyForSeconds ?? (stage.replacedServerGroup ? HEALTHY_FOR_S : 0);
  const since = stage.healthySince ?? now;
  return { since, leftMs: wanted === 0 ? 0 : since + seconds * 1000 - now };
}
