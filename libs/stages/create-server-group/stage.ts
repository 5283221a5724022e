import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { cloudPollMs } from '@gennaker/extension-sdk/cloud-poll';
import { acquireClusterLock, releaseClusterLock, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { upState } from '@gennaker/extension-sdk/server-group-health';
import { clusterGroups, liveGroup } from '@gennaker/extension-sdk/server-group-stage';
import { resolveTarget } from '@gennaker/extension-sdk/server-group-target';
import type {
  PlannedStage,
  PlanView,
  SyntheticStage,
  TaskContext,
  TaskDefinition,
  TaskResult,
} from '@gennaker/extension-sdk/stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { describe, imageOf, isDark, placeOf } from './description.ts';
import { type CreateServerGroupStage, createServerGroupStageSchema } from './schema.ts';

type Context = TaskContext<CreateServerGroupStage>;

const UP_TIMEOUT_MS = 2 * 60 * 60_000;
/** The platform's own health in `interestingHealthProviderNames`, by cloud. */
const PLATFORM_HEALTH: Readonly<Record<string, string>> = { gce: 'Google', aws: 'Amazon', kubernetes: 'KubernetesPod' };

const places = (context: Context) => [placeOf(context)];

const resultSchema = z.looseObject({ serverGroupNameByRegion: z.record(z.string(), z.string()) });

const monitor = monitorOperation<CreateServerGroupStage>('monitorDeploy', places, (operation, context) => {
  const { account, region } = placeOf(context);
  for (const object of operation.resultObjects) {
    const serverGroupName = resultSchema.safeParse(object).data?.serverGroupNameByRegion[region];
    if (!serverGroupName) continue;
    return {
      context: {
        createdServerGroup: { account, region, serverGroupName, image: imageOf(context) },
        'deploy.server.groups': { [region]: [serverGroupName] },
        'deploy.account.name': account,
      },
    };
  }
  throw new Error(`Operation ${operation.id} is done and names no server group in ${region}.`);
});

/** Which health counts: as told, or the load balancer's where it gives traffic, or the platform's. */
function interesting(context: Context, hasBalancer: boolean): readonly string[] | null {
  const told = context.context.interestingHealthProviderNames;
  if (told) return told;
  const platform = PLATFORM_HEALTH[context.context.cloudProvider];
  return (isDark(context.context) || !hasBalancer) && platform ? [platform] : null;
}

const waitForUpInstances: TaskDefinition<CreateServerGroupStage> = underLocks(places, {
  name: 'waitForUpInstances',
  timeoutMs: UP_TIMEOUT_MS,
  async run(context): Promise<TaskResult> {
    const created = context.context.createdServerGroup;
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
    const stage = context.context;
    const desired = stage.capacity?.desired ?? stage.targetSize ?? group.capacity.desired;
    const wanted = group.capacity.min === group.capacity.max ? group.capacity.desired : desired;
    const state = upState(
      group,
      wanted,
      stage.targetHealthyDeployPercentage,
      interesting(context, group.loadBalancers.length > 0),
    );
    const counts = { ...group.instanceCounts };
    if (!state.enough)
      return {
        status: 'RUNNING',
        wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
        context: { lastCapacityCheck: counts },
        reason: state.reason,
      };
    const instances = group.instances.map(({ name, zone, ips }) => ({
      name,
      zone: zone ?? null,
      ip: ips?.[0] ?? null,
    }));
    const { region, account, serverGroupName, image } = created;
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
  },
});

function strategyStages(stage: PlannedStage, view: PlanView): readonly SyntheticStage[] {
  const parsed = createServerGroupStageSchema.safeParse(stage.context).data;
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

/** Makes one server group, waits until it is up, and lets its strategy see to the older ones. */
export default defineStage({
  type: 'createServerGroup',
  label: 'Create server group',
  description: 'Makes a server group from an image and waits until its instances are up',
  schema: createServerGroupStageSchema,
  examples: [
    {
      account: 'local-gce',
      application: 'hello',
      stack: 'prod',
      region: 'us-central1',
      cloudProvider: 'gce',
      image: 'hello-1-0-0',
      capacity: { min: 2, max: 2, desired: 2 },
      loadBalancers: ['hello-lb'],
      strategy: 'none',
      enableTraffic: false,
    },
  ],
  tasks: () => [
    acquireClusterLock(places),
    submitOperation('createServerGroup', places, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: [{ createServerGroup: describe(context) }],
    })),
    monitor,
    waitForUpInstances,
    releaseClusterLock(),
  ],
  afterStages: strategyStages,
});
