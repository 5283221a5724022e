import { parseName } from '@gennaker/contracts/moniker';
import { newServerGroupStageSchema, type PlacedServerGroup } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';
import type { ClusterPlace } from './cluster-lock.ts';
import { type ReportedTraffic, trafficReportStage, withTrafficReport } from './measure-traffic.ts';
import type { JsonObject, PlannedStage, PlanView, SyntheticStage } from './stage.ts';
import type { MadeDeploy, StrategyDefinition, StrategyDeploy } from './strategy.ts';

/** Type of the stage that ends a failed deploy. */
const TAKE_BACK = 'takeBackDeploy';

/** A description whose nested `cluster` map, which older pipelines have, is lifted to its top. */
export function liftCluster(context: Readonly<JsonObject>): Readonly<JsonObject> {
  const { cluster, ...rest } = context;
  return typeof cluster === 'object' && cluster !== null && !Array.isArray(cluster) ? { ...rest, ...cluster } : context;
}

/** The strategy that a stage names, if there is one of that name. */
export function strategyOf(
  stage: PlannedStage,
  view: PlanView,
): { readonly strategy?: StrategyDefinition; readonly unknown?: string } {
  const { strategy: named } = liftCluster(stage.context);
  const name = typeof named === 'string' ? named.trim() : '';
  if (name === '') return {};
  const strategy = view.strategy?.(name);
  return strategy ? { strategy } : { unknown: name };
}

/** What goes in front of a new server group, or in its place. @throws Error for a description that its strategy cannot work with */
export function strategyBeforeStages(stage: PlannedStage, view: PlanView): readonly SyntheticStage[] {
  const { strategy } = strategyOf(stage, view);
  if (!strategy) return [];
  const deploy: Omit<StrategyDeploy<unknown>, 'settings'> = { stage, view, description: liftCluster(stage.context) };
  return strategy.insteadStages?.(deploy) ?? strategy.beforeStages(deploy);
}

/** What sees to the older server groups once the new one is healthy. */
export function strategyStages(stage: PlannedStage, view: PlanView): readonly SyntheticStage[] {
  const { strategy } = strategyOf(stage, view);
  const deploy = madeDeploy(stage, view);
  return deploy ? withTrafficReport(strategy?.afterStages(deploy) ?? [], reportedTraffic(deploy, 'the deploy')) : [];
}

/** Stages whose failure keeps none behind them from their work. */
function whateverBecomes(stages: readonly SyntheticStage[] = []): SyntheticStage[] {
  return stages.map(({ type, name, context }) => ({ type, name, context: { ...context, continuePipeline: true } }));
}

/** What the report of a deploy's traffic is about; undefined: no load balancer is involved. */
function reportedTraffic(
  { stage, description, cloudProvider, cluster, created: { account, region } }: Made,
  during: string,
): ReportedTraffic | undefined {
  const { measuredFrom: from, loadBalancers } = newServerGroupStageSchema.parse(description);
  // A clone is behind what its source is behind, where nothing else is said.
  const behind = loadBalancers ? loadBalancers.length > 0 : stage.type === 'cloneServerGroup';
  return behind && typeof from === 'number' ? { cloudProvider, account, region, cluster, from, during } : undefined;
}

/**
 * What follows a failure once a server group was made: what the strategy holds ends, the traffic goes back to what served
 * before, and the new server group is taken out. Each is tried, whatever becomes of the others.
 */
export function strategyFailureStages(stage: PlannedStage, view: PlanView): readonly SyntheticStage[] {
  const deploy = madeDeploy(stage, view);
  if (!deploy) return [];
  const { strategy } = strategyOf(stage, view);
  const about = reportedTraffic(deploy, 'the failed deploy');
  return [
    ...whateverBecomes(strategy?.onFailureStages(deploy)),
    takeBackStage(deploy),
    ...whateverBecomes(strategy?.takenBackStages(deploy)),
    ...(about ? [trafficReportStage(about)] : []),
  ];
}

/** The stage that takes back what a stage has deployed, however well it serves; undefined: it has made nothing. */
export function takeBackDeployed(stage: PlannedStage, view: PlanView): SyntheticStage | undefined {
  const deploy = madeDeploy(stage, view);
  if (!deploy) return undefined;
  const { name, context, ...rest } = takeBackStage(deploy);
  return { ...rest, name: `${name} in ${deploy.created.region}`, context: { ...context, evenIfHealthy: true } };
}

/**
 * What takes a cancelled deploy back: the same as after a failure, and the new server group goes unless `rollback` says that it
 * stays. What is still being made is waited for first.
 * @param creation the operation that makes it
 */
export function cancelledDeployStages(
  stage: PlannedStage,
  view: PlanView,
  place: ClusterPlace,
  creation: string | undefined,
): readonly SyntheticStage[] {
  const stages = madeDeploy(stage, view)
    ? strategyFailureStages(stage, view)
    : creation === undefined
      ? []
      : [takeBack(liftCluster(stage.context), place, { creation })];
  return stages.map((one) => ofCancelled(one, view.executionId));
}

/** A stage of the way back after a failure, for a deploy that nobody wants any more. */
function ofCancelled(stage: SyntheticStage, heldBy: string): SyntheticStage {
  if (stage.type !== TAKE_BACK) return stage;
  const { rollback } = rollbackSchema.parse(stage.context);
  return {
    ...stage,
    name: 'Take the cancelled deploy back',
    context: { ...stage.context, heldBy, rollback: { destroyLatest: true, ...rollback } },
  };
}

const rollbackSchema = z.looseObject({ rollback: z.looseObject({}).nullish() });

/** The stage that takes a failed deploy back. */
function takeBackStage({ created, cluster, description }: Made): SyntheticStage {
  const { account, region } = created;
  return takeBack(description, { account, region, cluster }, { createdServerGroup: created });
}

function takeBack(
  description: Readonly<JsonObject>,
  { account, region, cluster }: ClusterPlace,
  made: { readonly createdServerGroup: PlacedServerGroup } | { readonly creation: string },
): SyntheticStage {
  const parsed = newServerGroupStageSchema.parse(description);
  return {
    type: TAKE_BACK,
    name: 'Take the failed deploy back',
    context: {
      cloudProvider: parsed.cloudProvider,
      credentials: account,
      region,
      cluster,
      ...made,
      servedBefore: parsed.servedBefore ?? [],
      ...(parsed.replacedServerGroup ? { replacedServerGroup: parsed.replacedServerGroup } : {}),
      ...(description['rollback'] ? { rollback: description['rollback'] } : {}),
      ...(parsed.interestingHealthProviderNames
        ? { interestingHealthProviderNames: parsed.interestingHealthProviderNames }
        : {}),
      targetHealthyDeployPercentage: parsed.targetHealthyDeployPercentage,
    },
  };
}

type Made = Omit<MadeDeploy<unknown>, 'settings'>;

/** The deploy, once its server group was made; undefined before. */
function madeDeploy(stage: PlannedStage, view: PlanView): Made | undefined {
  const description = liftCluster(stage.context);
  const parsed = newServerGroupStageSchema.safeParse(description).data;
  if (!parsed?.createdServerGroup) return undefined;
  const { account, region, serverGroupName } = parsed.createdServerGroup;
  return {
    stage,
    view,
    description,
    cloudProvider: parsed.cloudProvider,
    cluster: parseName(serverGroupName)?.cluster ?? serverGroupName,
    created: { account, region, serverGroupName },
    ...(parsed.replacedServerGroup ? { source: parsed.replacedServerGroup } : {}),
    ...(parsed.savedCapacity ? { wanted: parsed.savedCapacity } : {}),
  };
}
