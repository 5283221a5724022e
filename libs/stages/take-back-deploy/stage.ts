import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { acquireClusterLock, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { cloudPollMs } from '@gennaker/extension-sdk/cloud-poll';
import { madeBy } from '@gennaker/extension-sdk/new-server-group';
import { interestingHealth, upState } from '@gennaker/extension-sdk/server-group-health';
import { clusterGroups } from '@gennaker/extension-sdk/server-group-read';
import {
  defineStage,
  type PlannedStage,
  type SyntheticStage,
  type TaskContext,
  type TaskDefinition,
  type TaskResult,
} from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type TakeBackDeploy, takeBackDeploySchema } from './schema.ts';
import { wayBack } from './way-back.ts';

type Context = TaskContext<TakeBackDeploy>;

const CREATION_MS = 60 * 60_000;
/** Longest wait until what an execution held is released at its end. */
const RELEASED_MS = 5 * 60_000;
const DESTROY_TIMEOUT_MS = 5 * 60_000;
/** Longest wait until what served before serves with all that it had. */
const WHOLE_AGAIN_MS = 5 * 60_000;
const places = ({ context: { credentials, region, cluster } }: Context) => [{ account: credentials, region, cluster }];
const outputsSchema = z.looseObject({
  restore: z.array(z.string()).default([]),
  withdraw: z.boolean().default(false),
  idle: z.boolean().default(false),
  incomplete: z.string().optional().describe('it serves, and not with all of its instances yet'),
});

const isWhole = (group: ServerGroup, stage: TakeBackDeploy): boolean =>
  group.capacity.desired > 0 &&
  upState(
    group,
    group.capacity.desired,
    stage.targetHealthyDeployPercentage,
    interestingHealth(stage, group.loadBalancers.length > 0),
  ).enough;

/** What was still being made when the deploy ended is waited for; an operation that fails has removed it again. */
const awaitCreation: TaskDefinition<TakeBackDeploy> = underLocks(places, {
  name: 'awaitCreation',
  timeoutMs: CREATION_MS,
  async run(context): Promise<TaskResult> {
    const { createdServerGroup, creation: id, credentials: account, region } = context.context;
    if (createdServerGroup || id === undefined) return { status: 'SUCCEEDED' };
    const operation = await context.ports.clouddriver.getOperation(
      { params: { id } },
      { signal: context.signal, traceparent: context.traceparent },
    );
    if (!operation.status.completed)
      return {
        status: 'RUNNING',
        wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
        reason: { summary: `The server group is still being made: ${operation.status.status}` },
      };
    const serverGroupName = madeBy(operation, region);
    if (operation.status.failed || serverGroupName === undefined)
      return { status: 'SUCCEEDED', reason: { summary: 'No server group was made' } };
    return { status: 'SUCCEEDED', context: { createdServerGroup: { account, region, serverGroupName } } };
  },
});

const determineWayBack: TaskDefinition<TakeBackDeploy> = underLocks(places, {
  name: 'determineWayBack',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    if (!stage.createdServerGroup)
      return { status: 'SUCCEEDED', reason: { summary: 'Nothing was made: what served before serves on' } };
    const [place] = places(context);
    const groups = place ? await clusterGroups(context, place) : [];
    const held = groups.flatMap(({ name, holds = [] }) =>
      holds.filter(({ executionId }) => executionId !== undefined && executionId === stage.heldBy).map(() => name),
    );
    if (held.length > 0 && context.now - context.taskStartTime < RELEASED_MS)
      return {
        status: 'RUNNING',
        wakeAfterMs: cloudPollMs(0),
        reason: {
          summary: `Waits until ${[...new Set(held)].join(', ')} has back what the cancelled deploy held of it`,
          next: `goes on in ${RELEASED_MS / 1_000} s at the latest`,
        },
      };
    const { restore, withdraw, idle, why } = wayBack(
      groups,
      {
        created: stage.createdServerGroup.serverGroupName,
        servedBefore: stage.servedBefore,
        evenIfHealthy: stage.evenIfHealthy,
      },
      (group) => isWhole(group, stage),
    );
    const replaced = groups.find(({ name }) => name === stage.replacedServerGroup?.serverGroupName);
    const incomplete = replaced && !replaced.isDisabled && !isWhole(replaced, stage) ? replaced.name : undefined;
    return {
      status: 'SUCCEEDED',
      outputs: { restore: [...restore], withdraw, idle, ...(incomplete === undefined ? {} : { incomplete }) },
      reason: {
        summary: why,
        evidence: {
          servedBefore: stage.servedBefore,
          groups: groups.map(({ name, isDisabled, instanceCounts }) => ({ name, isDisabled, up: instanceCounts.up })),
        },
      },
    };
  },
});

/** Gives the traffic back to what served before a failed deploy, and takes the new server group out. */
export default defineStage({
  type: 'takeBackDeploy',
  label: 'Take back deploy',
  description: 'Gives the traffic back to what served before a deploy, and takes what it made out of traffic',
  schema: takeBackDeploySchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      createdServerGroup: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v002' },
      servedBefore: ['hello-prod-v001'],
    },
  ],
  tasks: () => [acquireClusterLock(places), awaitCreation, determineWayBack],
  afterStages: planBack,
});

/** The stages of the way that was found: older ones first, the new one after. */
function planBack({ context, outputs }: PlannedStage): SyntheticStage[] {
  const stage = takeBackDeploySchema.parse(context);
  const { restore, withdraw, idle, incomplete } = outputsSchema.parse(outputs);
  const { cloudProvider, credentials, region, createdServerGroup, replacedServerGroup, rollback } = stage;
  const where = { cloudProvider, credentials, region };
  if (!createdServerGroup) return [];
  const created = createdServerGroup.serverGroupName;
  const health = {
    targetHealthyDeployPercentage: stage.targetHealthyDeployPercentage,
    ...(stage.interestingHealthProviderNames
      ? { interestingHealthProviderNames: stage.interestingHealthProviderNames }
      : {}),
  };
  const stages: SyntheticStage[] = restore.map((serverGroupName) => ({
    type: 'enableServerGroup',
    name: `Give ${serverGroupName} its traffic back`,
    context: { ...where, ...health, serverGroupName },
    after: [],
  }));
  const then = (next: Omit<SyntheticStage, 'after'>): void =>
    void stages.push({ ...next, after: stages.map((_, index) => index) });
  // What was given back to one that served all the time boots first; a newcomer that is no good goes in the end all the same.
  if (withdraw && incomplete !== undefined)
    then({
      type: 'enableServerGroup',
      name: `Wait until all of ${incomplete} serves`,
      context: {
        ...where,
        ...health,
        serverGroupName: incomplete,
        stageTimeoutMs: WHOLE_AGAIN_MS,
        continuePipeline: true,
        allowSiblingStagesToContinueOnFailure: true,
      },
    });
  if (withdraw && rollback?.onFailure && replacedServerGroup)
    then({
      type: 'rollbackServerGroup',
      name: `Roll back to ${replacedServerGroup.serverGroupName}`,
      context: {
        ...where,
        rollbackType: 'EXPLICIT',
        rollbackContext: {
          rollbackServerGroupName: created,
          restoreServerGroupName: replacedServerGroup.serverGroupName,
          targetHealthyRollbackPercentage: stage.targetHealthyDeployPercentage,
        },
      },
    });
  else if (withdraw)
    then({
      type: 'disableServerGroup',
      name: `Take ${created} out of traffic`,
      context: { ...where, serverGroupName: created },
    });
  if (idle && rollback?.destroyLatest)
    then({
      type: 'destroyServerGroup',
      name: `Destroy ${created}`,
      context: { ...where, serverGroupName: created, stageTimeoutMs: DESTROY_TIMEOUT_MS },
    });
  return stages;
}
