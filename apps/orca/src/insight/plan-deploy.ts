import type { Capacity } from '@gennaker/contracts/cloud-views';
import type { ClusterLock } from '@gennaker/contracts/cluster-locks';
import type { ForeseenGroup } from '@gennaker/contracts/foresight';
import type { PlannedDeploy } from '@gennaker/contracts/live-plan';
import { parseName } from '@gennaker/contracts/moniker';
import { type NewServerGroupStage, newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { graphOf } from '@gennaker/engine/graph';
import { plannedStage, planView } from '@gennaker/engine/lookup';
import type { Env } from '@gennaker/engine/messages';
import type { StageState } from '@gennaker/engine/model';
import { type ClusterPlace, claimsOf } from '@gennaker/extension-sdk/cluster-lock';
import { liftCluster, strategyOf } from '@gennaker/extension-sdk/deploy-strategy';
import { healthyGroup } from '@gennaker/extension-sdk/group-change';
import { asDeployed, isDark } from '@gennaker/extension-sdk/new-server-group';
import { healthyInstances } from '@gennaker/extension-sdk/server-group-health';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { nextServerGroupName, type TakenName } from '@gennaker/extension-sdk/server-group-name';
import type { PlannedSteps } from './foresee-guards.ts';
import type { Foreseen, Submission } from './foresee-stages.ts';

/** Is it one cluster? */
export const samePlace = (a: ClusterPlace, b: ClusterPlace): boolean =>
  a.account === b.account && a.region === b.region && a.cluster === b.cluster;

/** A cluster as people say it. */
const placeText = ({ account, region, cluster }: ClusterPlace): string => `${cluster} in ${region} of ${account}`;

/**
 * The server groups that a stage would make: those whose place among the older ones was determined. The strategies are
 * asked for their steps as in a run, with a server group that would be there. `planned`: names that stages in front take.
 */
export function plannedDeploys(
  foreseen: Foreseen,
  env: Env,
  planned: readonly (ClusterPlace & { readonly serverGroupName: string })[],
  standIn: string | undefined,
): {
  readonly deploys: readonly PlannedDeploy[];
  readonly notes: readonly string[];
  /** What is known of the steps of each deploy, by its place in `deploys`; those that cannot be told are absent. */
  readonly steps: ReadonlyMap<number, PlannedSteps>;
} {
  const deploys: PlannedDeploy[] = [];
  const known = new Map<number, PlannedSteps>();
  const notes: string[] = [];
  for (const stage of Object.values(foreseen.state.stages)) {
    const parsed = newServerGroupStageSchema.safeParse(liftCluster(stage.context)).data;
    const place = parsed?.asDeployed && placeOf(stage);
    if (!parsed || !place) continue;
    const taken: TakenName[] = [
      ...foreseen.groups.filter((group) => samePlace(group, place)),
      ...[...planned, ...deploys]
        .filter((one) => samePlace(one, place))
        .map(({ serverGroupName }) => ({ name: serverGroupName, createdTime: Infinity })),
    ];
    const serverGroupName = nextServerGroupName(place.cluster, taken);
    const { replacedServerGroup: replaced, savedCapacity: capacity } = parsed;
    const image = imageOf(stage, foreseen, standIn);
    const strategy = parsed.strategy?.trim();
    const steps = stepsOf(stage, foreseen, env, { ...place, serverGroupName });
    if ('problem' in steps) notes.push(`The steps after ${serverGroupName} is made cannot be told: ${steps.problem}`);
    const described = asDeployed(parsed);
    const made = described.capacity ?? capacity;
    const before = [
      `Make ${serverGroupName}${made ? ` with ${instances(made.desired)}` : ''}${image ? ` of ${image}` : standIn ? ` of ${standIn}` : ''}`,
      ...(made?.desired === 0 ? [] : ['Wait until it is healthy']),
    ];
    if ('steps' in steps)
      known.set(deploys.length, {
        ...{ place, stage: steps.stage, state: foreseen.state, steps: steps.steps },
        provider: parsed.cloudProvider,
        inFront: before.length,
        made: madeGroup(described, { ...place, serverGroupName }, made, {
          behind: stage.type === 'cloneServerGroup' ? behindNow(foreseen, place, replaced?.serverGroupName) : [],
          now: env.now,
        }),
      });
    deploys.push({
      ...place,
      serverGroupName,
      ...(image === undefined ? {} : { image }),
      ...(capacity ? { capacity } : {}),
      ...(strategy ? { strategy } : {}),
      ...(replaced
        ? {
            replaces: {
              serverGroupName: replaced.serverGroupName,
              capacity: replaced.capacity,
              ...(replaced.image ? { image: replaced.image } : {}),
              ...healthyNow(foreseen, place, replaced.serverGroupName),
            },
          }
        : {}),
      steps: [...before, ...('steps' in steps ? steps.steps.map(stepText) : [])],
      guards: [],
    });
  }
  return { deploys, notes, steps: known };
}

/** The server group that a stage would make, healthy, as clouds would show it. */
function madeGroup(
  described: NewServerGroupStage,
  { account, region, cluster, serverGroupName: name }: ClusterPlace & { readonly serverGroupName: string },
  made: Capacity | undefined,
  { behind, now }: { readonly behind: readonly string[]; readonly now: number },
): ForeseenGroup {
  const { cloudProvider, loadBalancers, targetSize, replacedServerGroup } = described;
  const desired = targetSize ?? replacedServerGroup?.capacity.desired ?? 1;
  const { autoscalingPolicy } = described;
  const moniker = parseName(name) ?? { app: cluster, cluster };
  return healthyGroup({
    ...{ account, region, cluster, name, cloudProvider, type: cloudProvider },
    application: moniker.app,
    moniker,
    createdTime: now,
    seenAt: now,
    loadBalancers: [...(loadBalancers ?? behind)],
    isDisabled: isDark(described),
    instances: [],
    instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    capacity: made ?? { min: desired, max: desired, desired },
    ...(autoscalingPolicy === undefined ? {} : { autoscalingPolicy }),
  });
}

/** Who changes a stage's clusters now, as sentences. */
export function lockSentences(places: readonly ClusterPlace[], locks: readonly ClusterLock[]): string[] {
  return places.flatMap((place) =>
    locks
      .filter((lock) => samePlace(lock, place))
      .map(({ reason, holder, waiting }) => {
        const line = waiting.length === 0 ? '' : `, and for ${waiting.length} more that wait for it already`;
        return `${placeText(place)} is being changed: ${reason || holder}; the stage would wait for that${line}`;
      }),
  );
}

/** How many instances of a server group are healthy, where it was looked at. */
function healthyNow({ groups }: Foreseen, place: ClusterPlace, name: string): { readonly healthy?: number } {
  const group = groups.find((one) => one.name === name && samePlace(one, place));
  return group ? { healthy: healthyInstances(group) } : {};
}

/** The load balancers of a server group: a clone is behind the same, where nothing else is said. */
const behindNow = ({ groups }: Foreseen, place: ClusterPlace, name: string | undefined): readonly string[] =>
  groups.find((one) => one.name === name && samePlace(one, place))?.loadBalancers ?? [];

const instances = (count: number): string => `${count} ${count === 1 ? 'instance' : 'instances'}`;

/** The cluster whose lock a stage has; undefined: it has come to none. */
function placeOf(stage: StageState): ClusterPlace | undefined {
  const [claim] = Object.entries(claimsOf(stage.context));
  return claim && { account: claim[1].account, cluster: claim[1].cluster, region: claim[0] };
}

/** The image of the server group that a stage would make: its submission's, which has what stages in front found. */
function imageOf(stage: StageState, { submitted }: Foreseen, standIn: string | undefined): string | undefined {
  const [description] = (submitted.get(stage.id) ?? []).flatMap(descriptionsOf);
  const image = description?.['image'];
  return typeof image === 'string' && image !== standIn ? image : undefined;
}

/** The descriptions of a submission. */
export const descriptionsOf = ({ body }: Submission): Readonly<Record<string, unknown>>[] =>
  body.flatMap((entry) => Object.values(entry));

/** What follows once the new server group is healthy, in the words of its stages. */
function stepsOf(
  stage: StageState,
  { state }: Foreseen,
  env: Env,
  createdServerGroup: ClusterPlace & { readonly serverGroupName: string },
): { readonly steps: readonly SyntheticStage[]; readonly stage: StageState } | { readonly problem: string } {
  const { account, region, serverGroupName } = createdServerGroup;
  const made: StageState = {
    ...stage,
    context: { ...stage.context, createdServerGroup: { account, region, serverGroupName }, measuredFrom: env.now },
  };
  try {
    const steps = env.definition(stage.type)?.afterStages?.(plannedStage(made), planView(state, made, env)) ?? [];
    return { steps, stage: made };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function stepText({ name, context }: SyntheticStage): string {
  const seconds = context['waitTime'];
  return typeof seconds === 'number' ? `${name} (${seconds} s)` : name;
}

/** Deploys that a pipeline makes in place of their stage, as sentences. */
export function deployedElsewhere({ state, otherChanges }: Foreseen, env: Env): string[] {
  if (otherChanges.length === 0) return [];
  return Object.values(state.stages).flatMap((stage) => {
    const { strategy } = strategyOf(plannedStage(stage), planView(state, stage, env));
    return strategy?.insteadStages
      ? [`Strategy ${strategy.type} deploys by a pipeline: what that takes away is not known before it runs`]
      : [];
  });
}

/** Stages in a stage that wait for one in front which never comes to its end here. */
export function notLookedAt({ state }: Foreseen): string[] {
  const graph = graphOf(state);
  return graph.topLevel
    .flatMap((top) => graph.children(top.id, 'STAGE_BEFORE'))
    .filter(({ status }) => status === 'NOT_STARTED')
    .map(({ name }) => `"${name}" follows one that changes the same cluster: what it finds then is not known yet`);
}
