import { type NewServerGroupStage, newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';
import { monitorOperation } from './cloud-operation.ts';
import { cloudPollMs } from './cloud-poll.ts';
import { type ClusterPlace, underLocks } from './cluster-lock.ts';
import { interestingHealth, upState } from './server-group-health.ts';
import { clusterGroups, liveGroup } from './server-group-stage.ts';
import { resolveTarget } from './server-group-target.ts';
import type { PlannedStage, PlanView, SyntheticStage, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

const UP_TIMEOUT_MS = 2 * 60 * 60_000;

const resultSchema = z.looseObject({ serverGroupNameByRegion: z.record(z.string(), z.string()) });

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
    for (const object of operation.resultObjects) {
      const serverGroupName = resultSchema.safeParse(object).data?.serverGroupNameByRegion[region];
      if (!serverGroupName) continue;
      return {
        context: {
          createdServerGroup: { account, region, serverGroupName, ...(chosen ? { image: chosen } : {}) },
          'deploy.server.groups': { [region]: [serverGroupName] },
          'deploy.account.name': account,
        },
      };
    }
    throw new Error(`Operation ${operation.id} is done and names no server group in ${region}.`);
  });
  return [monitor, underLocks(places, { name: 'waitForUpInstances', timeoutMs: UP_TIMEOUT_MS, run: waitForUp })];
}

async function waitForUp(context: TaskContext<NewServerGroupStage>): Promise<TaskResult> {
  const stage = context.context;
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
  if (!state.enough)
    return {
      status: state.hopeless ? 'TERMINAL' : 'RUNNING',
      wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
      context: { lastCapacityCheck: counts },
      reason: state.reason,
    };
  const instances = group.instances.map(({ name, zone, ips }) => ({ name, zone: zone ?? null, ip: ips?.[0] ?? null }));
  const { region, account, serverGroupName } = created;
  const image = created.image ?? group.image;
  const place = { account, region, cluster: group.cluster };
  const source = resolveTarget(await clusterGroups(context, place), 'ancestor', [{ ...place, serverGroupName }], []);
  const owner = new Map(Object.entries(stage)).get('deployStageId');
  return {
    status: 'SUCCEEDED',
    context: { lastCapacityCheck: counts, targetDesiredSize: state.needed },
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
          source: 'group' in source ? source.group.name : null,
          instances,
          ...(owner === undefined ? {} : { deployStageId: owner }),
        },
      ],
    },
    reason: state.reason,
  };
}

/** The stages of the strategy, which see to the older server groups. @throws Error for a strategy that does not exist */
export function strategyStages(stage: PlannedStage, view: PlanView): readonly SyntheticStage[] {
  const parsed = newServerGroupStageSchema.safeParse(stage.context).data;
  const created = parsed?.createdServerGroup;
  const name = parsed?.strategy?.toLowerCase() ?? '';
  if (!created || name === '' || name === 'none') return [];
  const strategy = view.strategy?.(name);
  if (!strategy)
    throw new Error(
      `There is no strategy "${name}"; ${created.serverGroupName} runs, and older server groups were left as they are. Use none or redblack`,
    );
  return strategy.afterStages(stage, stage.context, created);
}
